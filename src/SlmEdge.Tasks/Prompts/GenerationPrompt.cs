using System.Security.Cryptography;
using System.Text;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts.Conversations;
using SlmEdge.Tasks.Templates;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts;

/// <summary>
/// Renders rows of text-writing tasks into tokens: with the base model's chat template where it has one, otherwise as plain text with an answer
/// cue. The text of rows never becomes control tokens; only the template's own markers do.
/// </summary>
public sealed class GenerationPrompt
{
    private const string TextCue = "\n\nText:";
    private const string AnswerCue = "\nAnswer:";

    private readonly ITokenizer _tokenizer;

    /// <summary>Prepares the rendering.</summary>
    /// <param name="tokenizer">The base model's tokenizer.</param>
    /// <param name="chatTemplate">The base model's chat template (Jinja), if it has one.</param>
    /// <exception cref="ChatTemplateException">The template is malformed, or it cannot be told which tokens of a conversation are the assistant's.</exception>
    public GenerationPrompt(ITokenizer tokenizer, string? chatTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        Conversation = chatTemplate is null ? null : new ConversationPrompt(tokenizer, ChatTemplate.Parse(chatTemplate, "the base model's chat template"));
        string identity = Conversation is null ? TextCue + AnswerCue : "chat template " + Conversation.Template.Sha256;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
    }

    /// <summary>The rendering of conversations; null where the base has no template.</summary>
    public ConversationPrompt? Conversation { get; }

    /// <summary>Identity of the rendering: that of the template, where there is one.</summary>
    public string Sha256 { get; }

    /// <summary>Identity of a task in this rendering: what the trainer notes and the device compares.</summary>
    public string IdentityOf(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sha256}\n{task.Sha256}")));
    }

    /// <summary>The tokens that end an answer.</summary>
    public IReadOnlyList<int> EndTokens => Conversation?.EndTokens ?? [_tokenizer.EosTokenId];

    /// <summary>The prompt of an instruction and its input; the answer follows it. With a template both are the user's turn.</summary>
    /// <exception cref="ArgumentException">The instruction is empty.</exception>
    /// <exception cref="ChatTemplateException">The template refuses a conversation of one turn.</exception>
    public int[] Encode(string instruction, string input)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instruction);
        ArgumentNullException.ThrowIfNull(input);
        string content = input.Trim();
        if (Conversation is not null)
        {
            return Conversation.EncodePrompt([Question(instruction, content)]);
        }

        int[] start = _tokenizer.Encode(instruction.Trim() + (content.Length > 0 ? TextCue : ""));
        int[] text = content.Length > 0 ? _tokenizer.Encode(" " + content) : [];
        return [.. Beginning(), .. start, .. text, .. _tokenizer.Encode(AnswerCue)];
    }

    /// <summary>What the trainer supervises after <see cref="Encode"/>: the answer, and the token that ends the turn or the sequence.</summary>
    /// <exception cref="ArgumentException">The output is empty.</exception>
    /// <exception cref="ChatTemplateException">The template renders the answer otherwise than behind its generation prompt.</exception>
    public int[] EncodeAnswer(string output)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        if (Conversation is null)
        {
            return [.. _tokenizer.Encode(" " + output.Trim()), _tokenizer.EosTokenId];
        }

        // The answer's tokens do not depend on what was asked, so any question serves.
        ChatMessage question = new("user", "a");
        int[] prompt = Conversation.EncodePrompt([question]);
        (int[] tokens, bool[] supervised) = Conversation.Encode([question, new("assistant", output.Trim())]);
        if (!tokens.AsSpan().StartsWith(prompt))
        {
            throw new ChatTemplateException(
                "its generation prompt is not how it begins an answer, so what is trained would not be what runs; use rows of 'messages'", Conversation.Template.Name);
        }

        int end = Array.LastIndexOf(supervised, true) + 1;
        return tokens[prompt.Length..Math.Max(end, prompt.Length)];
    }

    /// <summary>A dialogue in the base's template, with the tokens that are supervised: the assistant's turns (see <see cref="ConversationPrompt"/>).</summary>
    /// <returns>The tokens, and for each whether it is to be learned.</returns>
    /// <exception cref="TaskDefinitionException">The base model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the dialogue.</exception>
    public (int[] Tokens, bool[] Supervised) EncodeMessages(IReadOnlyList<ChatMessage> messages) => Required().Encode(messages);

    /// <summary>A dialogue up to where the assistant answers.</summary>
    /// <exception cref="TaskDefinitionException">The base model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the dialogue.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages) => Required().EncodePrompt(messages);

    private static ChatMessage Question(string instruction, string content) =>
        new("user", content.Length > 0 ? instruction.Trim() + "\n\n" + content : instruction.Trim());

    private ConversationPrompt Required() => Conversation ?? throw new TaskDefinitionException(
        "rows of 'messages' need a base model with a chat template (chat_template.jinja, or chat_template in tokenizer_config.json); use rows of instruction, input and output with this one");

    private IEnumerable<int> Beginning() => _tokenizer.AddBos && _tokenizer.BosTokenId is { } bos ? [bos] : [];
}
