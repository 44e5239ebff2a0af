namespace SlmEdge.Bundles.Drift;

/// <summary>How many texts have what: the same for the reference and for a window of recent texts.</summary>
/// <param name="labels">Labels of the task; 0 where a text does not have just one.</param>
internal sealed class DriftCounts(int labels)
{
    public int[] Labels { get; } = new int[labels];

    /// <summary>Probabilities by class of labels, in 255ths.</summary>
    public int[] Scores { get; } = new int[DriftText.ScoreClassesOf(labels)];

    public int[] Confidence { get; } = new int[DriftText.Levels];

    public int[] Length { get; } = new int[DriftText.Levels];

    /// <summary>Tokens that were looked at, by class.</summary>
    public int[] Tokens { get; } = new int[DriftText.TokenClasses];

    /// <summary>Answers that ended, by their length.</summary>
    public int[] AnswerLength { get; } = new int[DriftText.Levels];

    public int Texts { get; set; }

    public int WithUnknown { get; set; }

    public int WithNew { get; set; }

    public int Unfinished { get; set; }

    public void Add(in DriftText text, int times = 1)
    {
        Texts += times;
        if (Labels.Length > 0)
        {
            Labels[text.Label] += times;
            Confidence[text.Confidence] += times;
            for (int i = 0; i < text.ScoreCount; i++)
            {
                Scores[text.ScoreClasses[i]] += times * text.Scores[i];
            }
        }

        Length[text.Length] += times;
        WithUnknown += text.HasUnknown ? times : 0;
        WithNew += text.HasNew ? times : 0;
        Unfinished += text.IsUnfinished ? times : 0;
        if (text.AnswerLength != DriftText.NoLength)
        {
            AnswerLength[text.AnswerLength] += times;
        }

        foreach (byte token in ((ReadOnlySpan<byte>)text.Tokens)[..text.TokenCount])
        {
            Tokens[token] += times;
        }
    }

    public void Clear()
    {
        Texts = WithUnknown = WithNew = Unfinished = 0;
        Array.Clear(Labels);
        Array.Clear(Confidence);
        Array.Clear(Length);
        Array.Clear(Scores);
        Array.Clear(AnswerLength);
        Array.Clear(Tokens);
    }
}
