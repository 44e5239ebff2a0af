namespace SlmEdge.Worker.Access;

/// <summary>Who may call the service.</summary>
public sealed record AccessOptions
{
    /// <summary>
    /// The file with the API keys (<see cref="ApiKeyFile"/>), or <see langword="null"/> for none: then everybody who can reach the service may call it, which is
    /// only started on addresses that no other machine reaches. A change of the file has its effect within a second or two.
    /// </summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether callers without a key may ask and give feedback although other machines reach the service. They never administer.</summary>
    public bool AllowAnonymous { get; init; }
}
