namespace SlmEdge.Samples.WorkOrders;

/// <summary>The three splits. No text stands in two of them, and none twice in one, whatever its case.</summary>
public sealed record DataSet(IReadOnlyList<WorkOrder> Train, IReadOnlyList<WorkOrder> Valid, IReadOnlyList<WorkOrder> Test)
{
    /// <summary>The seed of the files in the repository.</summary>
    public const ulong DefaultSeed = 20250314;

    private const int TrainRows = 2640;
    private const int ValidRows = 330;
    private const int TestRows = 660;

    /// <summary>Makes the data set; the same seed gives the same rows.</summary>
    public static DataSet Generate(Vocabulary vocabulary, ulong seed)
    {
        var dice = new Dice(seed);
        var writer = new WorkOrderWriter(vocabulary, dice);

        // Workshops do not see every system equally often: weights between 8 and 13.
        var weights = vocabulary.Systems.Select(_ => 8 + dice.Below(6)).ToArray();
        var pool = Enumerable.Range(0, weights.Length).SelectMany(system => Enumerable.Repeat(system, weights[system])).ToArray();

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var rows = new List<WorkOrder>();
        while (rows.Count < TrainRows + ValidRows + TestRows)
        {
            var order = writer.Write(vocabulary.Systems[dice.Pick(pool)]);
            if (seen.Add(order.Text))
            {
                rows.Add(order);
            }
        }

        dice.Shuffle(rows);
        return new DataSet(rows[..TrainRows], rows[TrainRows..(TrainRows + ValidRows)], rows[(TrainRows + ValidRows)..]);
    }
}
