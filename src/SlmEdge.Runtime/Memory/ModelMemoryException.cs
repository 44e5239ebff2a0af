using SlmEdge.Engines.Memory;

namespace SlmEdge.Runtime.Memory;

/// <summary>The model needs more memory than there is or than was allowed; it was not loaded.</summary>
public sealed class ModelMemoryException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The model's path in the bundle.</param>
    /// <param name="estimate">What it would take.</param>
    /// <param name="limit">What there is, in bytes.</param>
    /// <param name="isOption">Whether the limit is <see cref="RuntimeOptions.MemoryLimitBytes"/>.</param>
    public ModelMemoryException(string file, MemoryEstimate estimate, long limit, bool isOption)
        : base(
            $"The model '{file}' would take {estimate}; {(isOption ? "allowed are" : "free are")} {limit / 1048576.0:0.0} MiB. " +
            "Choose a shorter context, smaller batches or a smaller file, or make room.")
    {
        Estimate = estimate;
        Limit = limit;
    }

    /// <summary>Creates the exception anew from what an earlier one said, in another process for example.</summary>
    /// <param name="message">Its message.</param>
    /// <param name="estimate">What the model would take.</param>
    /// <param name="limit">What there is, in bytes.</param>
    public ModelMemoryException(string message, MemoryEstimate estimate, long limit)
        : base(message)
    {
        Estimate = estimate;
        Limit = limit;
    }

    /// <summary>What the model would take.</summary>
    public MemoryEstimate Estimate { get; }

    /// <summary>What there is, in bytes.</summary>
    public long Limit { get; }
}
