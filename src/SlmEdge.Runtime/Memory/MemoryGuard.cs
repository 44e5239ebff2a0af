using SlmEdge.Engines.Memory;

namespace SlmEdge.Runtime.Memory;

/// <summary>Refuses a model before it is loaded when there is not enough memory for it.</summary>
internal static class MemoryGuard
{
    /// <exception cref="ModelMemoryException">It does not fit.</exception>
    public static MemoryEstimate Check(string file, MemoryEstimate estimate, RuntimeOptions options)
    {
        if (options.MemoryLimitBytes is { } allowed && estimate.Total > allowed)
        {
            throw new ModelMemoryException(file, estimate, allowed, isOption: true);
        }

        var free = AvailableMemory.Measure();
        return estimate.Total <= free ? estimate : throw new ModelMemoryException(file, estimate, free, isOption: false);
    }
}
