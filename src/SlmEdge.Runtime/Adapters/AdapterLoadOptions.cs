using System.Security.Cryptography;

namespace SlmEdge.Runtime.Adapters;

/// <summary>How an adapter is loaded.</summary>
public sealed record AdapterLoadOptions
{
    /// <summary>The name that requests ask for it by; <see langword="null"/> for the adapter's own.</summary>
    public string? Name { get; init; }

    /// <summary>Public keys (ECDSA P-256) of those whose adapters may run here; where there are some, unsigned ones are refused.</summary>
    public IReadOnlyList<ECDsa> TrustedKeys { get; init; } = [];

    /// <summary>Refuses an adapter without a signature by one of <see cref="TrustedKeys"/>.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Whether its golden examples are decided on this device before anybody gets it.</summary>
    public bool VerifyGolden { get; init; } = true;
}
