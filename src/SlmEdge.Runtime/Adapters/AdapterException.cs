namespace SlmEdge.Runtime.Adapters;

/// <summary>An adapter cannot be used here. What ran before goes on running.</summary>
public sealed class AdapterException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public AdapterException(AdapterRefusal refusal, string message)
        : base(message) => Refusal = refusal;

    /// <summary>Creates the exception with the error that led to it.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause.</param>
    public AdapterException(AdapterRefusal refusal, string message, Exception inner)
        : base(message, inner) => Refusal = refusal;

    /// <summary>Why the adapter was refused.</summary>
    public AdapterRefusal Refusal { get; }
}
