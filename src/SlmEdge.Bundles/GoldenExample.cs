namespace SlmEdge.Bundles;

/// <summary>An example whose decision is known: the device classifies it to see that it computes what was tested.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The label the recommended file gave it when the bundle was made; of tasks that write text, the text it wrote greedily.</param>
/// <param name="Probability">The calibrated probability of that label then; 1 for a text.</param>
/// <param name="Tolerance">How far the probability may be from that on another machine or engine; 0 for a text.</param>
public sealed record GoldenExample(string Text, string Label, double Probability, double Tolerance);
