namespace SlmEdge.Training.Losses;

/// <summary>How much of a teacher's distribution is learned.</summary>
/// <param name="Temperature">Divides both models' logits; higher shows more of what the teacher thinks of the unlikely tokens.</param>
/// <param name="Weight">Share of the divergence in the loss, 0 to 1; the rest is plain cross-entropy.</param>
/// <param name="TopK">Learn only the teacher's so many likeliest tokens, renormalised; 0 is all.</param>
public sealed record DistillationSettings(double Temperature = 2, double Weight = 0.5, int TopK = 0);
