using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts.Conversations;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Teachers.Local;

/// <summary>A dialogue as the tokens of a local model: through its own chat template, or as plain text where it has none.</summary>
internal sealed class LocalPrompt
{
    private readonly LlamaTokenizer _tokenizer;
    private readonly ConversationPrompt? _conversation;

    /// <exception cref="TeacherException">The model's chat template cannot be honoured.</exception>
    public LocalPrompt(LlamaCppEngine engine)
    {
        _tokenizer = engine.Tokenizer;
        try
        {
            _conversation = engine.ChatTemplate is { } template ? new ConversationPrompt(_tokenizer, ChatTemplate.Parse(template)) : null;
        }
        catch (Exception e) when (e is ChatTemplateException or EngineException)
        {
            throw new TeacherException($"The model's chat template cannot be used: {e.Message}", inner: e);
        }
    }

    /// <exception cref="TeacherException">The template refuses the dialogue.</exception>
    public int[] Encode(IReadOnlyList<ChatMessage> messages)
    {
        if (_conversation is null)
        {
            int[] plain = _tokenizer.Encode(PlainPrompt.Render(messages));
            return _tokenizer.AddBos ? [_tokenizer.BosTokenId!.Value, .. plain] : plain;
        }

        try
        {
            return _conversation.EncodePrompt(messages);
        }
        catch (ChatTemplateException e)
        {
            throw new TeacherException(e.Message, thisRequestOnly: true, e);
        }
    }
}
