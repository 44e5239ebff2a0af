using System.Collections.Frozen;
using System.Security.Cryptography;
using SlmEdge.Bundles.Drift;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary>A model whose texts are compared: the bundle's own, or an adapter over it.</summary>
/// <param name="Adapter">The adapter's name; null for the bundle's own model.</param>
/// <param name="Bundle">Name of the bundle that the reference comes from.</param>
/// <param name="Version">Its version.</param>
/// <param name="Labels">The labels of its task, in their order.</param>
/// <param name="Key">By what the comparison is known again after a restart.</param>
/// <param name="Monitor">The comparison.</param>
internal sealed record WatchedModel(string? Adapter, string Bundle, string Version, IReadOnlyList<string> Labels, string Key, DriftMonitor Monitor)
{
    private readonly FrozenDictionary<string, int> places = Labels.Select((label, i) => (label, i)).ToFrozenDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);

    /// <summary>What this model's comparison is kept under.</summary>
    public static string KeyOf(DriftReference reference, string? adapter) => Convert.ToHexStringLower(SHA256.HashData(reference.ToUtf8())) + (adapter is null ? "" : " " + adapter);

    public static WatchedModel Of(ServedBundle bundle, string key, DriftMonitor monitor) =>
        new(null, bundle.Manifest.Name, bundle.Manifest.Version, [.. bundle.Manifest.Task.Labels.Select(label => label.Name)], key, monitor);

    public static WatchedModel Of(AdapterInfo adapter, string key, DriftMonitor monitor) => new(adapter.Name, adapter.Name, adapter.Version, adapter.Labels, key, monitor);

    /// <summary>The place of a label in the task; -1 for one that is not of the task.</summary>
    public int PlaceOf(string label) => places.GetValueOrDefault(label, -1);
}
