using System.Text.Json.Serialization;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Adapters;

/// <summary>An adapter that is loaded.</summary>
public sealed record AdapterInfo
{
    /// <summary>The name that requests ask for it by.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>SHA-256 of its manifest, or of its file where it came without a bundle; lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Whether it is signed, and by a trusted key.</summary>
    public required BundleSignatureState Signature { get; init; }

    /// <summary>What its task is called.</summary>
    public required string TaskName { get; init; }

    /// <summary>What its task is.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Identity of task and rendering, lower-case hex.</summary>
    public required string PromptSha256 { get; init; }

    /// <summary>Bytes of its factors in memory.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The labels of its task, in their order; empty for tasks that write text.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What it decided or wrote on held-out rows, for comparison with recent texts; <see langword="null"/> where its bundle has nothing, and for files without a bundle.</summary>
    [JsonIgnore]
    public DriftReference? Drift { get; init; }

    /// <summary>Requests that wait for it or are under way, at the moment of asking.</summary>
    public int RequestsInFlight { get; init; }
}
