namespace SlmEdge.Training.Evaluation;

/// <summary>One passage of general text, continued by the model before and after training.</summary>
/// <param name="Prompt">The passage's beginning.</param>
/// <param name="Before">Greedy continuation before.</param>
/// <param name="After">Greedy continuation after.</param>
public sealed record ForgettingSample(string Prompt, string Before, string After);
