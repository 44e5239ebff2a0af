using System.Security.Cryptography;
using SlmEdge.Runtime.Adapters;

namespace SlmEdge.Worker.Adapters;

/// <summary>Which adapters the service may load, and how it shares requests out among them.</summary>
public sealed record AdapterServing
{
    /// <summary>The folder of adapters that <c>PUT /v1/adapters/{name}</c> may name a file of; <see langword="null"/> for none.</summary>
    public string? Folder { get; init; }

    /// <summary>Public keys (ECDSA P-256) of those whose adapters may run; where there are some, unsigned ones are refused. They stay the caller's to dispose.</summary>
    public IReadOnlyList<ECDsa> TrustedKeys { get; init; } = [];

    /// <summary>Which adapter answers a request with a <c>key</c>; <see langword="null"/> where requests have none.</summary>
    public AdapterSplit? Split { get; init; }

    /// <summary>The adapters in the folder: bundles and GGUF files, in the order of their names.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public IReadOnlyList<string> List() => Folder is null
        ? []
        : [.. Directory.EnumerateFiles(Folder).Where(IsAdapter).Order(StringComparer.Ordinal)];

    private static bool IsAdapter(string file) => Path.GetExtension(file).ToLowerInvariant() is ".slmb" or ".gguf";
}
