using SlmEdge.Runtime;

namespace SlmEdge.Interop;

/// <summary>What a bundle's handle stands for: the runtime, and its labels by their place in the task.</summary>
internal sealed class OpenedBundle : IDisposable
{
    private readonly Dictionary<string, int> places;

    public OpenedBundle(SlmRuntime runtime)
    {
        Runtime = runtime;
        Labels = [.. runtime.Manifest.Task.Labels.Select(label => label.Name)];
        places = Labels.Select((label, place) => KeyValuePair.Create(label, place)).ToDictionary(StringComparer.Ordinal);
    }

    public SlmRuntime Runtime { get; }

    public IReadOnlyList<string> Labels { get; }

    public int PlaceOf(string label) => places[label];

    public void Dispose() => Runtime.Dispose();
}
