using System.Globalization;
using System.Text.Json;

namespace SlmEdge.Worker.Http;

/// <summary>Reads the fields of a request. What is null counts as left out; what has another type is refused by name.</summary>
internal static class JsonFields
{
    /// <summary>A field that is there and not null.</summary>
    public static bool TryGet(this JsonElement root, string name, out JsonElement value) =>
        root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text that has to be there.</summary>
    public static string GetText(this JsonElement root, string name) => root.TryGetProperty(name, out var value)
        ? value.AsText(name)
        : throw HttpProblem.Bad("missing-field", "Missing field", $"The field '{name}' (a string) is missing.", name);

    /// <summary>A value that has to be a text.</summary>
    public static string AsText(this JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Wrong(name, "a string", value);

    /// <summary>A text that may be left out.</summary>
    public static string? FindText(this JsonElement root, string name) => root.TryGet(name, out var value) ? value.AsText(name) : null;

    /// <summary>A truth value that may be left out.</summary>
    public static bool? FindFlag(this JsonElement root, string name) => !root.TryGet(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false", value),
    };

    /// <summary>A whole number that may be left out.</summary>
    public static int? FindInteger(this JsonElement root, string name, int minimum, int maximum)
    {
        if (!root.TryGet(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(name, $"a whole number {Range(minimum, maximum, int.MaxValue)}", value);
    }

    /// <summary>A number that may be left out.</summary>
    public static float? FindNumber(this JsonElement root, string name, float minimum, float maximum)
    {
        if (!root.TryGet(name, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(name, $"a number {Range(minimum, maximum, float.MaxValue)}", value);
    }

    /// <summary>Texts that may be left out, come as one string or as a list.</summary>
    public static IReadOnlyList<string> FindTexts(this JsonElement root, string name, int most)
    {
        if (!root.TryGet(name, out var value))
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "a string or a list of strings", value);
        }

        var count = value.GetArrayLength();
        if (count > most)
        {
            throw HttpProblem.Bad("wrong-shape", "Wrong shape", $"'{name}' has {count} strings; at most {most} are allowed.", name);
        }

        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            texts[i] = value[i].AsText($"{name}[{i}]");
        }

        return texts;
    }

    /// <summary>What a value is, for people.</summary>
    public static string NameOfKind(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    /// <summary>The problem of a field with another value than it has to have.</summary>
    public static HttpProblem Wrong(string name, string expected, JsonElement value)
    {
        // A number may be named, as it is no text of anybody's; hundreds of digits may not.
        var found = value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: <= 32 } digits ? digits : value.NameOfKind();
        return HttpProblem.Bad("wrong-shape", "Wrong shape", $"'{name}' has to be {expected}, not {found}.", name);
    }

    private static string Range<T>(T minimum, T maximum, T endless)
        where T : IFormattable, IEquatable<T>
    {
        var least = minimum.ToString(null, CultureInfo.InvariantCulture);
        return maximum.Equals(endless) ? $"of at least {least}" : $"from {least} to {maximum.ToString(null, CultureInfo.InvariantCulture)}";
    }
}
