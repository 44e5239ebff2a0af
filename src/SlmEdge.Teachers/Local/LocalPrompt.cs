using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers.Local;

/// <summary>A dialogue as the tokens of a local model: through its chat template, or as plain text where it has none.</summary>
internal static class LocalPrompt
{
    /// <exception cref="TeacherException">A turn holds the text of control tokens, or the template is not known.</exception>
    public static int[] Encode(LlamaCppEngine engine, IReadOnlyList<ChatMessage> messages)
    {
        var tokenizer = engine.Tokenizer;
        if (engine.ChatTemplate is not { } template)
        {
            int[] plain = tokenizer.Encode(PlainPrompt.Render(messages));
            return tokenizer.AddBos ? [tokenizer.BosTokenId!.Value, .. plain] : plain;
        }

        // The template's markers have to become tokens, and so would the same text in a turn.
        foreach (var message in messages)
        {
            if (!tokenizer.Encode(message.Content, parseSpecial: true).AsSpan().SequenceEqual(tokenizer.Encode(message.Content)))
            {
                throw new TeacherException("A turn holds the text of one of the teacher's control tokens, which would be obeyed; remove it from the row.", thisRequestOnly: true);
            }
        }

        try
        {
            int[] tokens = tokenizer.Encode(BuiltInChatTemplate.Render(template, messages), parseSpecial: true);
            return tokenizer.AddBos && (tokens.Length == 0 || tokens[0] != tokenizer.BosTokenId) ? [tokenizer.BosTokenId!.Value, .. tokens] : tokens;
        }
        catch (EngineException e)
        {
            throw new TeacherException(e.Message, inner: e);
        }
    }
}
