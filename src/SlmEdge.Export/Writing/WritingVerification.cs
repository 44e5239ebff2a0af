using SlmEdge.Bundles;

namespace SlmEdge.Export.Writing;

/// <summary>A bundle that writes text and was scored again.</summary>
/// <param name="Manifest">Its manifest; every file's hash has been checked.</param>
/// <param name="Signature">What is known of its signature.</param>
/// <param name="Reference">The trained model on the same rows, or null when no run was given.</param>
/// <param name="Files">The model files.</param>
/// <param name="ComparedRows">Whether the rows are as many as those of the stored scores, so that the scores can be compared.</param>
/// <param name="FailedGolden">Golden examples that the recommended file no longer writes.</param>
public sealed record WritingVerification(
    BundleManifest Manifest,
    BundleSignatureState Signature,
    WritingStageResult? Reference,
    IReadOnlyList<WritingCheck> Files,
    bool ComparedRows,
    IReadOnlyList<GoldenExample> FailedGolden)
{
    /// <summary>Whether everything is as the manifest says.</summary>
    public bool Passed => FailedGolden.Count == 0 && Files.All(file => file.Agrees);
}
