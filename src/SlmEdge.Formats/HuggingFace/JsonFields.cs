using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Typed access to the fields of a Hugging Face JSON object; a wrong type is an error that names the file and the field.</summary>
internal readonly struct JsonFields
{
    private readonly JsonElement _object;
    private readonly string _file;

    public JsonFields(JsonElement element, string file)
    {
        _file = file;
        _object = element.ValueKind == JsonValueKind.Object ? element : throw new ModelFormatException("must be a JSON object", file);
    }

    public bool TryGet(string name, out JsonElement value) =>
        _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the field is there, be it null.</summary>
    public bool States(string name) => _object.TryGetProperty(name, out _);

    public string? String(string name) => !TryGet(name, out JsonElement value)
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "must be a string");

    public bool? Boolean(string name) => !TryGet(name, out JsonElement value)
        ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "must be true or false");

    public int? Integer(string name, int minimum, int maximum) => !TryGet(name, out JsonElement value)
        ? null
        : ToInteger(value, name, minimum, maximum);

    public int RequiredInteger(string name, int minimum, int maximum) =>
        Integer(name, minimum, maximum) ?? throw Wrong(name, "is missing");

    public double? Number(string name) => !TryGet(name, out JsonElement value)
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw Wrong(name, "must be a finite number");

    /// <summary>A token id, or several: Hugging Face writes both forms.</summary>
    public IReadOnlyList<int> IntegerOrList(string name, int minimum, int maximum)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [ToInteger(value, name, minimum, maximum)];
        }

        var list = new List<int>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            list.Add(ToInteger(item, name, minimum, maximum));
        }

        return list;
    }

    public IReadOnlyList<string> StringList(string name)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "must be a list of strings");
        }

        var list = new List<string>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            list.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "must be a list of strings"));
        }

        return list;
    }

    /// <summary>A list of numbers, or null.</summary>
    public IReadOnlyList<double>? NumberList(string name)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "must be a list of numbers");
        }

        var list = new List<double>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            list.Add(item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out double number) && double.IsFinite(number) ? number : throw Wrong(name, "must be a list of finite numbers"));
        }

        return list;
    }

    /// <summary>An object, or null.</summary>
    public JsonFields? Object(string name) => !TryGet(name, out JsonElement value)
        ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(value, _file) : throw Wrong(name, "is not an object");

    public ModelFormatException Wrong(string name, string message) => new(message, _file, name);

    private int ToInteger(JsonElement value, string name, int minimum, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(name, $"must be an integer from {minimum} to {maximum}");
}
