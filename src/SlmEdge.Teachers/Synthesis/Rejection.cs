namespace SlmEdge.Teachers.Synthesis;

/// <summary>A text that is not kept.</summary>
/// <param name="Row">The text.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What exactly.</param>
internal sealed record Rejection(SynthRow Row, RejectionReason Reason, string Detail);
