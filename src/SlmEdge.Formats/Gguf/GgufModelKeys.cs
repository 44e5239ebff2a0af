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
