using SlmEdge.Bundles;
using SlmEdge.Tasks;

namespace SlmEdge.Export.Proof;

/// <summary>Everything that was measured about one export.</summary>
/// <param name="Title">The model's name.</param>
/// <param name="Task">The task.</param>
/// <param name="Data">The held-out texts.</param>
/// <param name="Stages">The stages in the order of the pipeline.</param>
/// <param name="Reference">The stage that the others are compared with; one of <paramref name="Stages"/>.</param>
/// <param name="Baselines">Classifiers without a language model; empty when there was nothing to train them on.</param>
/// <param name="Recommended">The stage to run on a device, or null when none ships.</param>
/// <param name="Calibration">Temperature and label sets; temperature 1 and no sets when nothing was fitted.</param>
/// <param name="CreatedUtc">When.</param>
/// <param name="Machine">On what.</param>
public sealed record StageProof(
    string Title,
    TaskDefinition Task,
    EvaluationSet Data,
    IReadOnlyList<StageResult> Stages,
    StageResult Reference,
    IReadOnlyList<BaselineResult> Baselines,
    StageResult? Recommended,
    BundleCalibration Calibration,
    DateTime CreatedUtc,
    string Machine);
