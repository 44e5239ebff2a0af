using SlmEdge.Bundles;
using SlmEdge.Export.Weights;

namespace SlmEdge.Export.Writing;

/// <summary>What came of building a bundle of a task that writes text.</summary>
/// <param name="OutputPath">The bundle.</param>
/// <param name="ReportPath">The report beside it.</param>
/// <param name="Manifest">The manifest as written.</param>
/// <param name="Stages">What every stage scored.</param>
/// <param name="Reference">The trained model, with which the others are compared.</param>
/// <param name="Recommended">The file that a device runs by default.</param>
/// <param name="Warnings">What a user should know.</param>
public sealed record WritingBundleOutcome(
    string OutputPath,
    string ReportPath,
    BundleManifest Manifest,
    IReadOnlyList<WritingStageResult> Stages,
    WritingStageResult Reference,
    WritingStageResult Recommended,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What the adapter was merged into; null where nothing was merged.</summary>
    public MergeChoice? Merging { get; init; }
}
