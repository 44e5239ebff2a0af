namespace SlmEdge.Worker.Jobs;

/// <summary>A row that waits.</summary>
/// <param name="Row">Its number within the job, from 1.</param>
/// <param name="Text">Its text.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record JobRow(long Row, string Text, int Attempts);
