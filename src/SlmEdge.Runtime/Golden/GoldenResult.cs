using SlmEdge.Bundles;
using SlmEdge.Runtime.Classification;

namespace SlmEdge.Runtime.Golden;

/// <summary>What this device makes of one golden example of the bundle.</summary>
/// <param name="Example">The example, with the label and probability, or the text, that it had when the bundle was made.</param>
/// <param name="Answer">The best label here, or the text that the model writes here.</param>
/// <param name="Probability">The probability that the example's label has here; 1 or 0 for a text that is the same or another one.</param>
/// <param name="Passed">Whether the answer is the same here, and the label's probability within the tolerance.</param>
public sealed record GoldenResult(GoldenExample Example, string Answer, double Probability, bool Passed)
{
    /// <summary>The decision here; <see langword="null"/> for tasks that write text.</summary>
    public Decision? Decision { get; init; }
}
