using SlmEdge.Bundles;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Weights;

namespace SlmEdge.Export.Bundling;

/// <summary>What came of building a bundle.</summary>
/// <param name="OutputPath">The bundle.</param>
/// <param name="ReportPath">The report beside it.</param>
/// <param name="Manifest">The manifest as written.</param>
/// <param name="Proof">The measurements.</param>
/// <param name="Warnings">What a user should know.</param>
public sealed record BundleOutcome(string OutputPath, string ReportPath, BundleManifest Manifest, StageProof Proof, IReadOnlyList<string> Warnings)
{
    /// <summary>What the adapter was merged into; null where nothing was merged.</summary>
    public MergeChoice? Merging { get; init; }

    /// <summary>What was left out of the model; null where nothing was.</summary>
    public Training.Shrinking.ShrinkOutcome? Smaller { get; init; }
}
