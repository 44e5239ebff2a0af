using System.Diagnostics;

namespace SlmEdge.Export.Fitting;

/// <summary>Progress over all candidates with the time that is left, from the mean time of those that were scored in this run.</summary>
internal sealed class FitProgress(IProgress<ExportProgress> inner) : IProgress<ExportProgress>
{
    private const int Parts = 1000;

    private int _done;
    private int _total;
    private int _timed;
    private TimeSpan _spent;
    private long _start;

    /// <summary>Says how many candidates there are, once that is known.</summary>
    public void Plan(int candidates) => (_done, _total) = (0, candidates);

    /// <summary>A candidate begins.</summary>
    public void Begin() => _start = Stopwatch.GetTimestamp();

    /// <summary>A candidate is done.</summary>
    /// <param name="known">Whether its score was there already, and so says nothing about the time.</param>
    public void End(bool known)
    {
        _done++;
        if (!known)
        {
            _timed++;
            _spent += Stopwatch.GetElapsedTime(_start);
        }
    }

    /// <inheritdoc/>
    public void Report(ExportProgress value)
    {
        if (_total == 0)
        {
            inner.Report(value);
            return;
        }

        long part = Math.Min(Parts, Parts * value.Done / Math.Max(1, value.Total));
        string left = _timed == 0 ? "" : $", {_spent / _timed * (_total - _done):hh\\:mm\\:ss} left";
        inner.Report(new ExportProgress($"candidate {Math.Min(_done + 1, _total)} of {_total}{left}: {value.Step}", Math.Min((_done * Parts) + part, (long)_total * Parts), (long)_total * Parts));
    }
}
