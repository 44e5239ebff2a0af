namespace SlmEdge.Interop;

/// <summary>A call across the ABI cannot be honoured; the message says what was wrong and what to do.</summary>
internal sealed class AbiException(SlmStatus status, string message) : Exception(message)
{
    public SlmStatus Status { get; } = status;
}
