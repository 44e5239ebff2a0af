namespace SlmEdge.Formats.Gguf;

/// <summary>The keys of a GGUF file under its architecture's prefix, as a model's shape needs them.</summary>
internal sealed class GgufModelKeys(GgufFile file)
{
    private const int Largest = 1 << 26;

    public string Architecture { get; } =
        file.Metadata.TryGetValue(GgufFacts.ArchitectureKey, out GgufValue? value) && value.Type == GgufValueType.String
            ? value.AsString()
            : throw new ModelFormatException("is missing; the file is no model", file.Path, GgufFacts.ArchitectureKey);

    public int? Integer(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.Type != GgufValueType.Array && value.Type != GgufValueType.String && value.AsInt64() is >= 0 and <= Largest and var number
            ? (int)number
            : throw Wrong(name, $"is {value}; one number from 0 to {Largest} for all layers is implemented");
    }

    public int RequiredInteger(string name) => Integer(name) is { } value and > 0 ? value : throw Wrong(name, "is missing or not positive");

    public double? Number(string name) => Find(name)?.AsDouble();

    /// <summary>A positive number, or null where the file has no such key.</summary>
    public double? Positive(string name) => Number(name) is { } value ? value > 0 && double.IsFinite(value) ? value : throw Wrong(name, $"is {value}; it must be positive") : null;

    /// <summary>Which layers: listed one by one, or all but every n-th; null where the file leaves it to the family.</summary>
    public bool[]? Pattern(string name, int layers)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.Type != GgufValueType.Array)
        {
            int every = RequiredInteger(name);
            return [.. Enumerable.Range(1, layers).Select(layer => layer % every != 0)];
        }

        bool[] listed = [.. value.AsInt32s().Select(slides => slides != 0)];
        return listed.Length == layers ? listed : throw Wrong(name, $"lists {listed.Length} layers of {layers}");
    }

    /// <summary>Whether the file has a tensor.</summary>
    public bool Has(string tensor) => file.Tensors.Any(t => t.Name == tensor);

    /// <summary>A tensor of one dimension, one positive number for each pair of a head's rotated elements; null where there is none.</summary>
    public float[]? Divisors(string tensor, int pairs)
    {
        if (file.Tensors.FirstOrDefault(t => t.Name == tensor) is not { } stated)
        {
            return null;
        }

        if (!stated.Dimensions.SequenceEqual([pairs]))
        {
            throw new ModelFormatException($"has [{string.Join(", ", stated.Dimensions)}] elements; half of what is rotated of a head has {pairs}", file.Path, stated.Name);
        }

        float[] divisors = new float[pairs];
        file.ReadFloat32(stated.Name, 0, divisors);
        return divisors.All(d => float.IsFinite(d) && d > 0)
            ? divisors
            : throw new ModelFormatException("divides an angle by a number that is not positive", file.Path, stated.Name);
    }

    public string? Text(string name) => Find(name)?.AsString();

    /// <summary>A token of the vocabulary; null where the file names none or, as some converters write it, an impossible one.</summary>
    public int? TokenId(string key) =>
        file.Metadata.TryGetValue(key, out GgufValue? id) && id.AsInt64() is >= 0 and var value
        && file.Metadata.TryGetValue(GgufKeys.Tokens, out GgufValue? tokens) && value < tokens.Count
            ? (int)value
            : null;

    public ModelFormatException Wrong(string name, string message) => new(message, file.Path, $"{Architecture}.{name}");

    private GgufValue? Find(string name) => file.Metadata.GetValueOrDefault($"{Architecture}.{name}");
}
