using SlmEdge.Bundles;

namespace SlmEdge.Export.Writing;

/// <summary>One model file of a bundle that writes text, scored again.</summary>
/// <param name="Now">What it writes now.</param>
/// <param name="Stored">What the manifest says, or null when it says nothing of it.</param>
/// <param name="Agrees">Whether exact matches and score lie within half a point of the stored ones on as many rows. True when there is nothing to compare.</param>
public sealed record WritingCheck(WritingStageResult Now, StageScore? Stored, bool Agrees);
