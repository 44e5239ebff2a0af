using System.Text.Json;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>Checks one document.</summary>
internal sealed class SchemaValidator
{
    private int _checks;

    /// <summary>What is wrong with a value, with its place; null where it satisfies the schema.</summary>
    public string? Violation(JsonElement value, SchemaNode schema, string at)
    {
        if (++_checks > SchemaLimits.MaxChecks)
        {
            return $"{at} takes too many steps to check";
        }

        if (!schema.Possible)
        {
            return $"{at} is not allowed";
        }

        if ((schema.Types & TypeOf(value)) == 0 || (schema.Types & JsonTypes.Number) == JsonTypes.Integer && value.ValueKind == JsonValueKind.Number && !IsInteger(value))
        {
            return $"{at} has to be of type {schema.Types.ToString().ToLowerInvariant()}, not {Kind(value)}";
        }

        if (schema.Literals is { } literals && !schema.LiteralTexts.Contains(value.GetRawText()) && !literals.Any(one => JsonElement.DeepEquals(one, value)))
        {
            return $"{at} is {value.GetRawText()}, which is none of the allowed values";
        }

        string? own = value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(value, schema, at),
            JsonValueKind.Array => OfArray(value, schema, at),
            JsonValueKind.String => OfString(value, schema, at),
            JsonValueKind.Number => OfNumber(value, schema, at),
            _ => null,
        };
        return own
            ?? (schema.Reference is null ? null : Violation(value, schema.Reference, at))
            ?? schema.AllOf.Select(part => Violation(value, part, at)).FirstOrDefault(violation => violation is not null)
            ?? (schema.AnyOf is null || schema.AnyOf.Any(part => Violation(value, part, at) is null) ? null : $"{at} satisfies none of the alternatives")
            ?? (schema.OneOf is null || schema.OneOf.Count(part => Violation(value, part, at) is null) == 1 ? null : $"{at} does not satisfy exactly one of the alternatives");
    }

    private string? OfObject(JsonElement value, SchemaNode schema, string at)
    {
        if (schema.Required.FirstOrDefault(name => !value.TryGetProperty(name, out _)) is { } missing)
        {
            return $"{at} lacks '{missing}'";
        }

        if (schema.Properties is null && schema.Additional is null)
        {
            return null;
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            SchemaNode? wanted = schema.PropertyByName.GetValueOrDefault(property.Name) ?? schema.Additional;
            if (wanted is not null && Violation(property.Value, wanted, $"{at}.{property.Name}") is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    private string? OfArray(JsonElement value, SchemaNode schema, string at)
    {
        int length = value.GetArrayLength();
        if (length < schema.MinItems || length > schema.MaxItems)
        {
            return $"{at} has {length} elements; allowed are {schema.MinItems} to {schema.MaxItems?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any number"}";
        }

        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            SchemaNode? wanted = i < schema.Prefix.Count ? schema.Prefix[i] : schema.Items;
            if (wanted is not null && Violation(item, wanted, $"{at}[{i}]") is { } violation)
            {
                return violation;
            }

            i++;
        }

        return schema.UniqueItems && value.EnumerateArray().Where((item, n) => value.EnumerateArray().Take(n).Any(other => JsonElement.DeepEquals(other, item))).Any() ? $"{at} has an element twice" : null;
    }

    private static string? OfString(JsonElement value, SchemaNode schema, string at)
    {
        if (schema.MinLength == 0 && schema.MaxLength is null && schema.Pattern is null && schema.Format is null)
        {
            return null;
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return $"{at} contains half of a surrogate pair";
        }

        int length = text.EnumerateRunes().Count();
        return length < schema.MinLength ? $"{at} is shorter than {schema.MinLength} characters"
            : length > schema.MaxLength ? $"{at} is longer than {schema.MaxLength} characters"
            : schema.Pattern?.Matches(text) == false ? $"{at} does not match {schema.Pattern.Text}"
            : schema.Format?.Matches(text) == false ? $"{at} does not have its format"
            : null;
    }

    private static string? OfNumber(JsonElement value, SchemaNode schema, string at)
    {
        NumberRange range = schema.Range;
        if (range == NumberRange.All)
        {
            return null;
        }

        if (value.TryGetDecimal(out decimal exact))
        {
            return range.Contains(exact) ? null : $"{at} is {value.GetRawText()}, which is out of its range";
        }

        // Beyond 28 digits nothing has to be told from its neighbours.
        double about = value.GetDouble();
        return about < (double)(range.Min ?? decimal.MinValue) && range.Min is not null || about > (double)(range.Max ?? decimal.MaxValue) && range.Max is not null || range.MultipleOf is not null
            ? $"{at} is {value.GetRawText()}, which is out of its range"
            : null;
    }

    private static bool IsInteger(JsonElement value) => value.TryGetDecimal(out decimal number) ? number == decimal.Truncate(number) : value.GetDouble() is var real && real == Math.Truncate(real);

    private static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ => JsonTypes.Number,
    };

    private static string Kind(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? "boolean" : value.ValueKind.ToString().ToLowerInvariant();
}
