namespace SlmEdge.Datasets.Splitting;

/// <summary>
/// Gives sets of rows to parts by systematic sampling: sorted by stratum and then by a hash of their texts, each goes to the part that is
/// furthest behind its share. The parts have their shares to within a set, so has each stratum, and the order of the rows does not matter.
/// </summary>
internal sealed class UnitAssignment(double[] shares)
{
    private readonly long[] _given = new long[shares.Length];
    private long _all;

    /// <summary>Gives a set to a part.</summary>
    /// <param name="rows">Rows of the set.</param>
    /// <param name="firstOfStratum">The first set of each label goes to the training part: a label that is not trained cannot be tested.</param>
    /// <returns>The part.</returns>
    public int Next(long rows, bool firstOfStratum)
    {
        _all += rows;
        int part = 0;
        if (!firstOfStratum || shares[0] == 0)
        {
            double most = double.NegativeInfinity;
            for (int i = 0; i < shares.Length; i++)
            {
                double behind = (shares[i] * _all) - _given[i];
                if (shares[i] > 0 && behind > most + 1e-9)
                {
                    (part, most) = (i, behind);
                }
            }
        }

        _given[part] += rows;
        return part;
    }
}
