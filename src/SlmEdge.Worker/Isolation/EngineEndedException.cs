using SlmEdge.Runtime;

namespace SlmEdge.Worker.Isolation;

/// <summary>The engine's process ended and could not be started again in time, or not with the same answer: the request has no result.</summary>
internal sealed class EngineEndedException(string reason) : RuntimeException($"The engine ended and the request has no result: {reason} Ask again in a moment.");
