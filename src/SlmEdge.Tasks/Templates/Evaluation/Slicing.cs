namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Python's slices.</summary>
internal static class Slicing
{
    /// <summary>The indices that a slice chooses, in order.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="start">First index; negative counts from the end.</param>
    /// <param name="stop">Index behind the last.</param>
    /// <param name="step">Distance; negative goes backwards.</param>
    public static IReadOnlyList<int> Indices(int count, long? start, long? stop, long? step)
    {
        long stride = step ?? 1;
        if (stride == 0)
        {
            throw new TemplateFault("the step of a slice is zero");
        }

        bool forward = stride > 0;
        long low = forward ? 0 : -1;
        long high = forward ? count : count - 1;
        long from = start is null ? (forward ? low : high) : Clamp(start.Value);
        long to = stop is null ? (forward ? high : low) : Clamp(stop.Value);
        var chosen = new List<int>();
        for (long i = from; forward ? i < to : i > to; i += stride)
        {
            chosen.Add((int)i);
            if (Math.Abs(stride) > count)
            {
                break;
            }
        }

        return chosen;

        long Clamp(long index) => Math.Clamp(index < 0 ? index + count : index, low, high);
    }
}
