namespace SlmEdge.Bundles.Drift;

/// <summary>From the tokens of a text to what is remembered of it.</summary>
internal static class DriftSampling
{
    public static DriftText Describe(int label, double confidence, IReadOnlyList<DriftScore> scores, IReadOnlyList<int> tokens, IReadOnlySet<int> unknown)
    {
        DriftText text = Describe(new DriftAnswer(tokens), unknown);
        text.Label = (ushort)label;
        text.Confidence = DriftText.ConfidenceLevel(confidence);
        text.ScoreCount = (byte)Math.Clamp(scores.Count, 1, DriftText.MaxScores);
        text.ScoreClasses[0] = DriftText.ScoreClass(label);
        text.Scores[0] = byte.MaxValue;
        for (int i = 0; i < Math.Min(scores.Count, DriftText.MaxScores); i++)
        {
            text.ScoreClasses[i] = DriftText.ScoreClass(scores[i].Label);
            text.Scores[i] = (byte)Math.Round(byte.MaxValue * Math.Clamp(scores[i].Probability, 0, 1));
        }

        return text;
    }

    public static DriftText Describe(DriftAnswer answer, IReadOnlySet<int> unknown)
    {
        IReadOnlyList<int> tokens = answer.Tokens;
        var text = new DriftText
        {
            AnswerLength = answer.AnswerTokens is { } written ? DriftText.LengthLevel(written) : DriftText.NoLength,
            IsUnfinished = answer.IsUnfinished,
            Length = DriftText.LengthLevel(tokens.Count),
            TokenCount = (byte)Math.Min(tokens.Count, DriftText.MaxTokens),
        };
        for (int i = 0; i < text.TokenCount; i++)
        {
            text.Tokens[i] = DriftText.TokenClass(tokens[Place(i, tokens.Count)]);
        }

        text.HasUnknown = Any(tokens, unknown.Contains);
        return text;
    }

    /// <summary>Whether one of the tokens that are looked at has a property.</summary>
    public static bool Any(IReadOnlyList<int> tokens, Func<int, bool> property)
    {
        int count = Math.Min(tokens.Count, DriftText.MaxTokens);
        for (int i = 0; i < count; i++)
        {
            if (property(tokens[Place(i, tokens.Count)]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the i-th token that is looked at stands in a text of so many.</summary>
    public static int Place(int i, int tokens) => tokens <= DriftText.MaxTokens ? i : (int)((long)i * tokens / DriftText.MaxTokens);
}
