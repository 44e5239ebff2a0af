namespace SlmEdge.Teachers.Synthesis;

/// <summary>A new text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The label that it was asked for with.</param>
/// <param name="Kind">What kind of text was asked for.</param>
/// <param name="Question">The question that it answers.</param>
internal sealed record SynthRow(string Text, string Label, SynthKind Kind, int Question);
