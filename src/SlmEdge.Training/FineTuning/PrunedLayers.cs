namespace SlmEdge.Training.FineTuning;

/// <summary>What was left out of a run's base before it was trained; the run's settings carry it.</summary>
/// <param name="BasePath">The whole base at the time of the run.</param>
/// <param name="BaseSha256">Its identity.</param>
/// <param name="Kept">Layers that stayed, from 0.</param>
/// <param name="Of">How many there were.</param>
/// <param name="Distance">Angular distance of the dropped layers; null where nothing was measured.</param>
public sealed record PrunedLayers(string BasePath, string BaseSha256, IReadOnlyList<int> Kept, int Of, double? Distance);
