namespace SlmEdge.Formats.Onnx;

/// <summary>The names that a graph's nodes may use: its own and those of the graphs around it.</summary>
internal sealed class OnnxGraphScope(OnnxGraphScope? outer)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Whether names from outside are unknown (inside a function) and therefore accepted.</summary>
    public bool Open { get; init; }

    public bool IsDefined(string name) => Open || _names.Contains(name) || (outer?.IsDefined(name) ?? false);

    public bool IsDefinedHere(string name) => _names.Contains(name);

    public void Define(string name, string path)
    {
        if (!_names.Add(name))
        {
            throw new ModelFormatException("the name is defined twice", path, name);
        }
    }
}
