using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.Scoring;

/// <summary>Checks what callers hand to an engine before native code sees it.</summary>
internal static class EngineInput
{
    internal static void CheckTokens(ReadOnlySpan<int> tokens, int vocabularySize, string what)
    {
        var at = tokens.IndexOfAnyExceptInRange(0, vocabularySize - 1);
        if (at >= 0)
        {
            throw new ArgumentException($"{what} has token {tokens[at]} at {at}, outside the vocabulary of {vocabularySize}: is the tokenizer the model's own?");
        }
    }

    internal static void CheckScoring(
        ReadOnlySpan<int> prefix,
        IReadOnlyList<int[]> texts,
        LabelTrie labels,
        ReadOnlySpan<float> logProbs,
        int vocabularySize,
        int contextLength)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (logProbs.Length < (long)texts.Count * labels.LabelCount)
        {
            throw new ArgumentException(
                $"The scores of {texts.Count} texts and {labels.LabelCount} labels need {(long)texts.Count * labels.LabelCount} numbers, there is room for {logProbs.Length}.",
                nameof(logProbs));
        }

        CheckTokens(prefix, vocabularySize, "The prefix");
        for (var label = 0; label < labels.LabelCount; label++)
        {
            CheckTokens(labels.GetTokens(label), vocabularySize, $"Label {label}");
        }

        // The last token of a label is read from the logits before it and never evaluated.
        var labelTokens = labels.MaxDepth - 1;
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] is not { Length: > 0 })
            {
                throw new ArgumentException($"Text {i} has no tokens.", nameof(texts));
            }

            CheckTokens(texts[i], vocabularySize, $"Text {i}");
            var needed = (long)prefix.Length + texts[i].Length + labelTokens;
            if (needed > contextLength)
            {
                throw new EngineException(
                    $"Text {i} has {texts[i].Length} tokens; with {prefix.Length} of the prefix and {labelTokens} of the labels that makes {needed}, " +
                    $"but the context holds {contextLength}. Shorten the text or open the engine with a larger ContextLength.");
            }
        }
    }

    internal static void CheckSequence(ReadOnlySpan<int> tokens, int vocabularySize, int contextLength)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("The sequence has no tokens.", nameof(tokens));
        }

        CheckTokens(tokens, vocabularySize, "The sequence");
        if (tokens.Length > contextLength)
        {
            throw new EngineException(
                $"The sequence has {tokens.Length} tokens, but the context holds {contextLength}. Shorten it or open the engine with a larger ContextLength.");
        }
    }
}
