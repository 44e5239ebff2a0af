namespace SlmEdge.Tools.CommandLine;

/// <summary>The options contradict each other or one is missing; the message says what to give.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
