using SlmEdge.Bundles;
using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Bundling;

/// <summary>One model file of a bundle, scored again.</summary>
/// <param name="Now">What it gives now.</param>
/// <param name="Stored">What the manifest says, or null when it says nothing of it.</param>
/// <param name="Agrees">
/// Whether both agree: on the same number of rows the accuracy may differ by what other kernels turn, half a point. True when there is
/// nothing to compare.
/// </param>
public sealed record BundleCheck(StageResult Now, StageScore? Stored, bool Agrees);
