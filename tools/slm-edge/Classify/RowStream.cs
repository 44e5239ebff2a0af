using System.Runtime.CompilerServices;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary>
/// Rows as a stream that the classifier can take from while it waits for slow input, and that knows the row it is at:
/// the classifier refuses a text as soon as it has taken it.
/// </summary>
internal sealed class RowStream(IEnumerable<TextRow> rows)
{
    /// <summary>The row of the last text that was taken; 0 before the first.</summary>
    public long Row { get; private set; }

    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var source = rows.GetEnumerator();
        var moving = Task.FromResult(false);
        try
        {
            while (true)
            {
                // A read of a terminal or a pipe cannot be interrupted: on cancellation it is left behind.
                moving = Task.Run(source.MoveNext, CancellationToken.None);
                if (!await moving.WaitAsync(ct).ConfigureAwait(false))
                {
                    yield break;
                }

                Row = source.Current.Row;
                yield return source.Current.Text;
            }
        }
        finally
        {
            if (moving.IsCompleted)
            {
                source.Dispose();
            }
        }
    }
}
