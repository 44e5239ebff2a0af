using System.Globalization;
using System.Text;

namespace SlmEdge.Training.Memory;

/// <summary>What a run will need at its peak, by cause; a GB is 10⁹ bytes.</summary>
/// <param name="Parts">Causes and bytes, in the order in which they are shown.</param>
/// <param name="LoadingPeak">Peak while the base is loaded.</param>
internal sealed record MemoryEstimate(IReadOnlyList<(string Cause, long Bytes)> Parts, long LoadingPeak)
{
    /// <summary>Peak of training.</summary>
    public long Peak => Parts.Sum(p => p.Bytes);

    /// <summary>For example <c>2.31 GB</c>.</summary>
    public static string Text(long bytes) => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB";

    /// <summary>Refuses a run that does not fit.</summary>
    /// <param name="available">What there is; null when it cannot be told, which refuses nothing.</param>
    /// <param name="advice">What would make it need less.</param>
    /// <exception cref="TrainingException">It does not fit.</exception>
    public void Require(long? available, IReadOnlyList<string> advice)
    {
        if (available is { } there && Peak > there)
        {
            throw new TrainingException(
                $"This run needs about {Text(Peak)} of memory, but {Text(there)} are available ({Figures()}). {string.Join("; ", advice)}; or try it all the same with --ignore-memory-estimate.");
        }
    }

    /// <summary>One line for the user.</summary>
    public string Describe(long? available) =>
        $"Memory: about {Text(Peak)} at the peak{(available is { } there ? $" of {Text(there)} available" : string.Empty)}; loading {Text(LoadingPeak)} ({Figures()})";

    private string Figures()
    {
        var text = new StringBuilder();
        foreach (var (cause, bytes) in Parts)
        {
            text.Append(text.Length > 0 ? ", " : string.Empty).Append(CultureInfo.InvariantCulture, $"{cause} {bytes / 1e9:0.00}");
        }

        return text.ToString();
    }
}
