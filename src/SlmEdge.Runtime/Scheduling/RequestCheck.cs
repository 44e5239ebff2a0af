using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Refuses at once what an engine cannot evaluate, in the caller's own call.</summary>
internal static class RequestCheck
{
    /// <exception cref="RuntimeException">It does not fit, or names tokens that the model does not have.</exception>
    public static void Check(this ISequenceEngine engine, ScoreRequest request)
    {
        CheckTokens(engine, request.Prefix, "The prefix");
        CheckTokens(engine, request.Tokens, "The text");
        var needed = (long)request.Prefix.Length + request.Tokens.Length + request.Labels.MaxDepth - 1;
        if (request.Tokens.Length == 0 || needed > engine.ContextLength)
        {
            throw new RuntimeException(
                $"A text of {request.Tokens.Length} tokens with {request.Prefix.Length} of its prefix and {request.Labels.MaxDepth - 1} of its labels does not fit the context of {engine.ContextLength}.");
        }

        if (request.Labels.MaxDepth + 1 > engine.SequenceCount)
        {
            throw new RuntimeException($"A label has {request.Labels.MaxDepth} tokens; the engine's {engine.SequenceCount} sequences are too few for that.");
        }
    }

    /// <inheritdoc cref="Check(ISequenceEngine, ScoreRequest)"/>
    public static void Check(this ISequenceEngine engine, GenerateRequest request)
    {
        CheckTokens(engine, request.Prompt, "The prompt");
        request.Sampling.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxTokens, 1);
        if (request.Prompt.Length == 0 || request.Prompt.Length >= engine.ContextLength)
        {
            throw new RuntimeException(
                $"A prompt of {request.Prompt.Length} tokens does not leave room for an answer in the context of {engine.ContextLength}. Shorten it, or choose a longer context.");
        }
    }

    private static void CheckTokens(ISequenceEngine engine, ReadOnlySpan<int> tokens, string what)
    {
        var at = tokens.IndexOfAnyExceptInRange(0, engine.VocabularySize - 1);
        if (at >= 0)
        {
            throw new RuntimeException($"{what} has token {tokens[at]} at {at}, outside the vocabulary of {engine.VocabularySize}: is the tokenizer the model's own?");
        }
    }
}
