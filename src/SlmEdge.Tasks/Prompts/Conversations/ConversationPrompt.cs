using System.Text.Json;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Templates;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>
/// Renders conversations with a base model's own chat template into tokens. Control tokens only come of the template's characters; the text of
/// messages is only text, whatever it looks like.
/// </summary>
/// <remarks>
/// As in transformers, the template alone decides about the token at the beginning. Text between two control tokens is encoded as one
/// piece, as Hugging Face's tokenizers do, except where a turn of the assistant begins in it: what stands before is encoded as it will be when the
/// model is asked, so that the tokens of a prompt are always the first tokens of the conversation that was trained.
/// </remarks>
public sealed class ConversationPrompt
{
    private readonly ITokenizer _tokenizer;
    private readonly ControlTokens _controls;
    private readonly Dictionary<string, string> _controlTexts;

    /// <summary>Prepares a template for a vocabulary, and tries it on a short conversation.</summary>
    /// <param name="tokenizer">The base model's tokenizer.</param>
    /// <param name="template">The base model's chat template.</param>
    /// <exception cref="ChatTemplateException">It cannot be told which tokens of a conversation are the assistant's.</exception>
    public ConversationPrompt(ITokenizer tokenizer, ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(template);
        _tokenizer = tokenizer;
        Template = template;
        _controls = ControlTokens.Of(tokenizer);
        _controlTexts = new() { ["eos_token"] = tokenizer.GetTokenText(tokenizer.EosTokenId) };
        if (tokenizer.BosTokenId is { } bos)
        {
            _controlTexts.Add("bos_token", tokenizer.GetTokenText(bos));
        }

        EndTokens = Try();
    }

    /// <summary>The template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The tokens that end an answer: end-of-sequence, and what the template puts behind a turn of the assistant.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>A whole conversation, with the tokens that are supervised.</summary>
    /// <param name="messages">The turns.</param>
    /// <returns>The tokens, and for each whether it is to be learned.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or it cannot be told which tokens are the assistant's.</exception>
    public (int[] Tokens, bool[] Supervised) Encode(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        TemplateText text = Render(messages, generationPrompt: false);
        return Tokenize(text, messages, messages is [.., { Role: "assistant" }] ? PromptEnd(messages, text) : null);
    }

    /// <summary>A conversation and the beginning of the assistant's turn: what the model is asked with.</summary>
    /// <param name="messages">The turns so far; the last is not the assistant's.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Tokenize(Render(messages, generationPrompt: true), messages, null).Tokens;
    }

    private TemplateText Render(IReadOnlyList<ChatMessage> messages, bool generationPrompt)
    {
        string? special = messages.FirstOrDefault(message => !IsUsual(message.Role))?.Role;
        TemplateText text;
        try
        {
            text = Template.Render(new ChatTemplateInput
            {
                Messages = JsonSerializer.SerializeToElement(messages, TurnsJson.Default.IReadOnlyListChatMessage),
                AddGenerationPrompt = generationPrompt,
                ControlTokens = _controlTexts,
            });
        }
        catch (ChatTemplateException e) when (special is not null)
        {
            throw new ChatTemplateException($"it refuses a conversation with a turn of the role '{special}', which it may not know: {e.Message}", Template.Name, inner: e);
        }

        // A template that knows no such role passes over it without a word.
        for (int i = 0; special is not null && i < messages.Count; i++)
        {
            if (!IsUsual(messages[i].Role) && !text.Runs.Any(run => run.Origin.Source == i))
            {
                throw new ChatTemplateException($"it leaves out messages[{i}], of the role '{messages[i].Role}', which it does not know", Template.Name);
            }
        }

        return text;
    }

    private static bool IsUsual(string role) => role is "system" or "user" or "assistant";

    /// <summary>Where what the model was asked with ends in a conversation; null where the template renders it otherwise afterwards.</summary>
    private int? PromptEnd(IReadOnlyList<ChatMessage> messages, TemplateText text)
    {
        string prompt;
        try
        {
            prompt = Render([.. messages.SkipLast(1)], generationPrompt: true).Value;
        }
        catch (ChatTemplateException)
        {
            // A conversation that begins with the assistant: nothing was asked before.
            return null;
        }

        return text.Value.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : null;
    }

    private (int[] Tokens, bool[] Supervised) Tokenize(TemplateText text, IReadOnlyList<ChatMessage> messages, int? promptEnd)
    {
        IReadOnlyList<ControlTokenPlace> controls = _controls.Find(text);
        IReadOnlyList<LearnedSpan> spans = AssistantTurns.Find(Template, text, messages, controls, promptEnd);
        var pieces = new ConversationPieces(_tokenizer, text.Value, spans, promptEnd);
        int at = 0;
        bool strip = false;
        foreach (ControlTokenPlace place in controls)
        {
            pieces.AddText(at, place.Start, strip, place.Token.StripsLeft);
            pieces.AddControl(place);
            at = place.End;
            strip = place.Token.StripsRight;
        }

        pieces.AddText(at, text.Value.Length, strip, false);
        return pieces.Result();
    }

    /// <summary>Finds the end of a turn on two short conversations; a template whose turns cannot be found is refused before any row is read.</summary>
    private List<int> Try()
    {
        var ends = new List<int> { _tokenizer.EosTokenId };
        ChatMessage[] messages = [new("user", "a"), new("assistant", "b"), new("user", "c"), new("assistant", "d")];
        foreach (int count in (int[])[2, 4])
        {
            TemplateText text;
            try
            {
                text = Render(messages[..count], generationPrompt: false);
            }
            catch (ChatTemplateException e) when (e.RaisedByTemplate)
            {
                // It wants conversations of another shape; the rows will show.
                continue;
            }

            IReadOnlyList<ControlTokenPlace> controls = _controls.Find(text);
            AssistantTurns.Find(Template, text, messages[..count], controls, PromptEnd(messages[..count], text));
            int content = text.Runs.LastOrDefault(run => run.Origin.Source == count - 1).End;
            if (controls.FirstOrDefault(place => place.Start >= content).Token is { } end && !ends.Contains(end.Id))
            {
                ends.Add(end.Id);
            }
        }

        return ends;
    }
}
