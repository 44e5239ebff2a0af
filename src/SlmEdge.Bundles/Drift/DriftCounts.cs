namespace SlmEdge.Bundles.Drift;

/// <summary>How many texts have what: the same for the reference and for a window of recent texts.</summary>
/// <param name="labels">Labels of the task.</param>
internal sealed class DriftCounts(int labels)
{
    public int[] Labels { get; } = new int[labels];

    public int[] Confidence { get; } = new int[DriftText.Levels];

    public int[] Length { get; } = new int[DriftText.Levels];

    /// <summary>Tokens that were looked at, by class.</summary>
    public int[] Tokens { get; } = new int[DriftText.TokenClasses];

    public int Texts { get; set; }

    public int WithUnknown { get; set; }

    public int WithNew { get; set; }

    public void Add(in DriftText text, int times = 1)
    {
        Texts += times;
        Labels[text.Label] += times;
        Confidence[text.Confidence] += times;
        Length[text.Length] += times;
        WithUnknown += text.HasUnknown ? times : 0;
        WithNew += text.HasNew ? times : 0;
        foreach (byte token in ((ReadOnlySpan<byte>)text.Tokens)[..text.TokenCount])
        {
            Tokens[token] += times;
        }
    }

    public void Clear()
    {
        Texts = WithUnknown = WithNew = 0;
        Array.Clear(Labels);
        Array.Clear(Confidence);
        Array.Clear(Length);
        Array.Clear(Tokens);
    }
}
