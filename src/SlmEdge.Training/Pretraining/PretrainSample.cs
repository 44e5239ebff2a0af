namespace SlmEdge.Training.Pretraining;

/// <summary>A prompt and the model's greedy continuation.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Continuation">What the model wrote.</param>
public sealed record PretrainSample(string Prompt, string Continuation);
