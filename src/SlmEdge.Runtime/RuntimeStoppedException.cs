namespace SlmEdge.Runtime;

/// <summary>The runtime was disposed before or while the request ran: the request has no result.</summary>
public sealed class RuntimeStoppedException : RuntimeException
{
    /// <summary>Creates the exception.</summary>
    public RuntimeStoppedException()
        : base("The runtime was disposed; the request has no result. Open the bundle again to go on.")
    {
    }
}
