using SlmEdge.Runtime;

namespace SlmEdge.Worker.Isolation;

/// <summary>The engine ended twice while it worked on this request: it is not tried again.</summary>
internal sealed class PoisonRequestException(string reason)
    : RuntimeException($"The engine ended twice while it worked on this request ({reason}); the request is set aside. Do not send it again, and report it with its text.");
