namespace SlmEdge.Export.Weights;

/// <summary>The two factors of one adapted matrix <c>[rows, columns]</c>.</summary>
/// <param name="A"><c>[rank, columns]</c>, row-major.</param>
/// <param name="B"><c>[rows, rank]</c>, row-major.</param>
/// <param name="Rows">Output features.</param>
/// <param name="Columns">Input features.</param>
/// <param name="Rank">Rank of the update.</param>
/// <param name="Scale">Factor on B · A.</param>
/// <param name="Magnitude">Lengths of the updated matrix's rows, of DoRA; otherwise null.</param>
internal sealed record LoraPair(float[] A, float[] B, int Rows, int Columns, int Rank, float Scale, float[]? Magnitude);
