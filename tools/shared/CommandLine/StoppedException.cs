namespace SlmEdge.Tools.CommandLine;

/// <summary>The user stopped a command that had already kept something; the message says what, and how to go on.</summary>
internal sealed class StoppedException(string message, OperationCanceledException inner)
    : OperationCanceledException(message, inner, inner.CancellationToken);
