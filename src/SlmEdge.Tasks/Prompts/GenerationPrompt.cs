using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts;

/// <summary>
/// Renders rows of text-writing tasks into tokens. The text of rows never becomes control tokens; only the template's own markers do.
/// </summary>
public sealed class GenerationPrompt
{
    private const string TurnStart = "<|im_start|>";
    private const string TurnEnd = "<|im_end|>";

    private readonly ITokenizer _tokenizer;
    private readonly bool _chatMl;

    /// <summary>Prepares the rendering.</summary>
    /// <param name="tokenizer">The base model's tokenizer.</param>
    /// <param name="chatTemplate">The base model's chat template, if it has one.</param>
    public GenerationPrompt(ITokenizer tokenizer, string? chatTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _chatMl = chatTemplate is not null
            && chatTemplate.Contains(TurnStart, StringComparison.Ordinal)
            && chatTemplate.Contains(TurnEnd, StringComparison.Ordinal);
    }

    /// <summary>The prompt of an instruction and its input; the answer follows it.</summary>
    /// <exception cref="ArgumentException">The instruction is empty.</exception>
    public int[] Encode(string instruction, string input)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instruction);
        ArgumentNullException.ThrowIfNull(input);
        string content = input.Trim();
        int[] start = _tokenizer.Encode(instruction.Trim() + (content.Length > 0 ? "\n\nText:" : ""));
        int[] text = content.Length > 0 ? _tokenizer.Encode(" " + content) : [];
        return [.. Beginning(), .. start, .. text, .. _tokenizer.Encode("\nAnswer:")];
    }

    /// <summary>What the trainer supervises after <see cref="Encode"/>: the answer and end-of-sequence.</summary>
    public int[] EncodeAnswer(string output)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        return [.. _tokenizer.Encode(" " + output.Trim()), _tokenizer.EosTokenId];
    }

    /// <summary>A dialogue in ChatML, with the tokens that are supervised: every turn of the assistant and the marker that ends it.</summary>
    /// <returns>The tokens, and for each whether it is to be learned.</returns>
    /// <exception cref="TaskDefinitionException">The base model's chat template is not ChatML, or its markers are not tokens of the vocabulary.</exception>
    public (int[] Tokens, bool[] Supervised) EncodeMessages(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        int start = Marker(TurnStart);
        int end = Marker(TurnEnd);
        var tokens = new List<int>(Beginning());
        var supervised = new List<bool>(tokens.Select(_ => false));
        foreach (ChatMessage message in messages)
        {
            Append([start, .. _tokenizer.Encode(message.Role + "\n")], false);
            Append([.. _tokenizer.Encode(message.Content), end], message.Role == "assistant");
            Append(_tokenizer.Encode("\n"), false);
        }

        return ([.. tokens], [.. supervised]);

        void Append(int[] part, bool learned)
        {
            tokens.AddRange(part);
            supervised.AddRange(Enumerable.Repeat(learned, part.Length));
        }
    }

    private IEnumerable<int> Beginning() => _tokenizer.AddBos && _tokenizer.BosTokenId is { } bos ? [bos] : [];

    private int Marker(string text)
    {
        if (!_chatMl)
        {
            throw new TaskDefinitionException(
                "rows of 'messages' need a base model whose chat template is ChatML (<|im_start|>role … <|im_end|>); use rows of instruction, input and output with this one");
        }

        int[] tokens = _tokenizer.Encode(text, parseSpecial: true);
        return tokens.Length == 1 ? tokens[0] : throw new TaskDefinitionException($"the chat template uses {text}, but the tokenizer has no such token");
    }
}
