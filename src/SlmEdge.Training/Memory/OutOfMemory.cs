using System.Runtime.InteropServices;

namespace SlmEdge.Training.Memory;

/// <summary>Tells errors that mean "no memory left" from others, whoever reports them.</summary>
internal static class OutOfMemory
{
    /// <summary>libtorch's allocators say it in words only: <c>DefaultCPUAllocator: can't allocate memory</c>, <c>CUDA out of memory</c>.</summary>
    public static bool Is(Exception error) =>
        error is OutOfMemoryException
        || (error is ExternalException
            && (error.Message.Contains("can't allocate memory", StringComparison.Ordinal)
                || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
                || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)))
        || (error is AggregateException all && all.InnerExceptions.Any(Is));
}
