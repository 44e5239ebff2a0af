namespace SlmEdge.Training.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Updates made so far.</param>
/// <param name="Tokens">Input tokens seen.</param>
/// <param name="Loss">Mean training loss of the step, in nats per supervised token.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
/// <param name="TokensPerSecond">Input tokens per second.</param>
/// <param name="ValidationLoss">Validation loss, on lines of an evaluation.</param>
/// <param name="ValidationAccuracy">Validation accuracy, on lines of an evaluation of a classifier.</param>
public sealed record MetricsRecord(
    long Step,
    long Tokens,
    double? Loss = null,
    double? LearningRate = null,
    double? GradientNorm = null,
    double? TokensPerSecond = null,
    double? ValidationLoss = null,
    double? ValidationAccuracy = null);
