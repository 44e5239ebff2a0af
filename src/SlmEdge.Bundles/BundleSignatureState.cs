namespace SlmEdge.Bundles;

/// <summary>What is known of a bundle's signature.</summary>
public enum BundleSignatureState
{
    /// <summary>There is none. The hashes find damage, not a forger.</summary>
    None,

    /// <summary>There is one, but no trusted keys were given to check it with.</summary>
    Unchecked,

    /// <summary>It was made with one of the trusted keys.</summary>
    Trusted,
}
