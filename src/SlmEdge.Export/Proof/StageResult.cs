using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Proof;

/// <summary>What one stage gave on a set.</summary>
/// <param name="Definition">The stage.</param>
/// <param name="LogProbs">Log-probabilities of the labels, <c>[texts, labels]</c>, each row normalised; without calibration.</param>
/// <param name="Predicted">The most probable label of each text.</param>
/// <param name="Report">Accuracy, macro-F1 and confusion.</param>
/// <param name="MeanKl">Mean KL(reference‖stage) of the label distribution in nats; null for the reference itself.</param>
/// <param name="ChangedDecisions">Texts whose label differs from the reference's; null for the reference itself.</param>
/// <param name="ClearlyChangedDecisions">Of these, those that were no numerical tie in the reference.</param>
/// <param name="CalibrationError">Expected calibration error of the uncalibrated scores, 15 bins.</param>
/// <param name="TextsPerSecond">Texts scored per second, after a warm-up.</param>
/// <param name="EngineDescription">Name and version of the engine, its CPU level and threads.</param>
public sealed record StageResult(
    StageDefinition Definition,
    float[] LogProbs,
    int[] Predicted,
    ClassificationReport Report,
    double? MeanKl,
    int? ChangedDecisions,
    int? ClearlyChangedDecisions,
    double CalibrationError,
    double TextsPerSecond,
    string EngineDescription)
{
    /// <summary>The tokens of each text, where the verifier was told to keep them.</summary>
    internal IReadOnlyList<int[]>? Tokens { get; init; }

    /// <summary>Tokens of the vocabulary that stand for no known character, kept with <see cref="Tokens"/>.</summary>
    internal IReadOnlyList<int> UnknownTokens { get; init; } = [];
}
