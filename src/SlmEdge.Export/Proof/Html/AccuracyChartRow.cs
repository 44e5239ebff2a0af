namespace SlmEdge.Export.Proof.Html;

/// <summary>One row of an <see cref="AccuracyChart"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Examples">All answers.</param>
/// <param name="Color">The colour of its dot, in CSS.</param>
internal sealed record AccuracyChartRow(string Name, int Correct, int Examples, string Color)
{
    public double Accuracy => (double)Correct / Examples;
}
