namespace SlmEdge.Teachers.Synthesis;

/// <summary>A classifier that says what it takes texts for.</summary>
public interface IRowJudge
{
    /// <summary>For each text the likeliest label and its probability.</summary>
    IReadOnlyList<(string Label, double Confidence)> Judge(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
