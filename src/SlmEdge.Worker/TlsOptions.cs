namespace SlmEdge.Worker;

/// <summary>The certificate of a service.</summary>
public sealed record TlsOptions
{
    /// <summary>A PEM file with the certificate and those between it and its authority, or a PFX file.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>The PEM file of the private key, where <see cref="CertificateFile"/> is PEM and does not hold it.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The password of the PFX file or of the encrypted key; <see langword="null"/> for none.</summary>
    public string? Password { get; init; }
}
