namespace SlmEdge.Teachers.Synthesis;

/// <summary>One question of the plan.</summary>
/// <param name="Number">Its place in the plan, from 0.</param>
/// <param name="Kind">What kind of texts it asks for.</param>
/// <param name="Label">The label that they shall have.</param>
/// <param name="Text">The question.</param>
internal sealed record SynthQuestion(int Number, SynthKind Kind, string Label, string Text);
