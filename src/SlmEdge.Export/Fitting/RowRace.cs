namespace SlmEdge.Export.Fitting;

/// <summary>
/// Scores a candidate on growing parts of the validation rows, each twice as long as all before, and gives it up as soon as its accuracy on all of them would lie below
/// the floor even if the part had been unlucky by three standard errors. The rows are those of all candidates in the same drawn order, and a candidate that is not given up is
/// scored on every one of them.
/// </summary>
internal static class RowRace
{
    private const double StandardErrors = 3;
    private const int LeastRows = 64;

    /// <summary>The rows in the order in which they are asked: by chance, but always the same.</summary>
    /// <param name="rows">How many there are.</param>
    public static int[] Order(int rows)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(1).Shuffle(order);
        return order;
    }

    /// <summary>Scores until all rows are done or the floor is out of reach.</summary>
    /// <param name="order">The rows.</param>
    /// <param name="floor">The accuracy below which a candidate is of no interest.</param>
    /// <param name="right">Counts how many of some rows are decided rightly.</param>
    public static (double Accuracy, int Rows) Run(int[] order, double floor, Func<int[], int> right)
    {
        (int done, int correct) = (0, 0);
        foreach (int end in Ends(order.Length))
        {
            correct += right(order[done..end]);
            done = end;
            if (done < order.Length && OutOfReach(correct, done, order.Length, floor))
            {
                break;
            }
        }

        return ((double)correct / done, done);
    }

    /// <summary>Whether the share among all rows lies below the floor, as far as a part drawn without replacement can say.</summary>
    internal static bool OutOfReach(int correct, int done, int all, double floor)
    {
        // A row added on either side keeps the error of a part without a wrong answer from being zero.
        double share = (correct + 1.0) / (done + 2);
        double error = Math.Sqrt(share * (1 - share) / done * (all - done) / (all - 1));
        return ((double)correct / done) + (StandardErrors * error) < floor;
    }

    private static IEnumerable<int> Ends(int rows)
    {
        for (int part = 8; part > 1; part /= 2)
        {
            if (rows / part >= LeastRows)
            {
                yield return rows / part;
            }
        }

        yield return rows;
    }
}
