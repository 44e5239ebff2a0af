using System.Text.Json;

namespace SlmEdge.Tasks.Extraction;

/// <summary>
/// The schema of an extraction, as far as documents are checked: <c>type</c>, <c>enum</c>, <c>const</c>, <c>properties</c>, <c>required</c>,
/// <c>additionalProperties</c>, <c>items</c>, <c>minItems</c>, <c>maxItems</c>, <c>uniqueItems</c>, <c>minLength</c>, <c>maxLength</c>, <c>minimum</c>, <c>maximum</c>,
/// <c>anyOf</c>, <c>oneOf</c>, <c>allOf</c> and <c>$ref</c> into <c>$defs</c> (JSON Schema 2020-12). A schema with any other rule is refused: it would not be kept.
/// </summary>
public sealed class JsonSchema
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> Rules =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "minimum", "maximum",
        "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions",
    ];

    private static readonly HashSet<string> Annotations = ["title", "description", "default", "examples", "$schema", "$id", "$comment", "format", "deprecated", "readOnly", "writeOnly"];

    private readonly JsonElement _root;

    private JsonSchema(JsonElement root) => _root = root;

    /// <summary>The schema of a task.</summary>
    /// <param name="task">A task of kind <see cref="TaskKind.Extract"/>.</param>
    /// <exception cref="TaskDefinitionException">The task has no schema, or the schema has rules that are not supported.</exception>
    public static JsonSchema Of(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var schema = new JsonSchema(task.Schema ?? throw new TaskDefinitionException("there is no schema; a task of kind 'extract' has one", task.Name, "schema"));
        schema.Check(schema._root, "schema", task.Name, 0);
        return schema;
    }

    /// <summary>What is wrong with a document, with its place; null where it satisfies the schema.</summary>
    public string? FindViolation(JsonElement document) => Violation(document, _root, "$", 0);

    private void Check(JsonElement schema, string at, string task, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            throw new TaskDefinitionException(depth > MaxDepth ? "the schema is nested too deep" : "a schema has to be an object", task, at);
        }

        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            string place = $"{at}.{rule.Name}";
            if (!Rules.Contains(rule.Name) && !Annotations.Contains(rule.Name))
            {
                throw new TaskDefinitionException($"the rule '{rule.Name}' is not supported, so documents could not be held to it; remove it", task, place);
            }

            switch (rule.Name)
            {
                case "properties" or "$defs" or "definitions" when rule.Value.ValueKind == JsonValueKind.Object:
                    foreach (JsonProperty property in rule.Value.EnumerateObject())
                    {
                        Check(property.Value, $"{place}.{property.Name}", task, depth + 1);
                    }

                    break;
                case "items" or "additionalProperties":
                    Check(rule.Value, place, task, depth + 1);
                    break;
                case "anyOf" or "oneOf" or "allOf" when rule.Value.ValueKind == JsonValueKind.Array:
                    foreach (JsonElement part in rule.Value.EnumerateArray())
                    {
                        Check(part, place, task, depth + 1);
                    }

                    break;
                case "$ref" when Resolve(rule.Value) is null:
                    throw new TaskDefinitionException($"'{rule.Value}' names no part of this schema", task, place);
                case "properties" or "$defs" or "definitions" or "anyOf" or "oneOf" or "allOf":
                case "enum" when rule.Value.ValueKind != JsonValueKind.Array:
                case "required" when rule.Value.ValueKind != JsonValueKind.Array || rule.Value.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String):
                case "minItems" or "maxItems" or "minLength" or "maxLength" when rule.Value.ValueKind != JsonValueKind.Number || !rule.Value.TryGetInt32(out _):
                case "minimum" or "maximum" when rule.Value.ValueKind != JsonValueKind.Number:
                    throw new TaskDefinitionException($"the rule has the wrong type ({rule.Value.ValueKind.ToString().ToLowerInvariant()})", task, place);
                default:
                    break;
            }
        }
    }

    private string? Violation(JsonElement value, JsonElement schema, string at, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False || depth > MaxDepth)
        {
            return schema.ValueKind == JsonValueKind.True ? null : $"{at} is not allowed";
        }

        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            if (Broken(value, rule, schema, at, depth) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    private string? Broken(JsonElement value, JsonProperty rule, JsonElement schema, string at, int depth)
    {
        JsonElement wanted = rule.Value;
        switch (rule.Name)
        {
            case "type":
                bool fits = wanted.ValueKind == JsonValueKind.Array ? wanted.EnumerateArray().Any(type => IsOfType(value, type)) : IsOfType(value, wanted);
                return fits ? null : $"{at} has to be of type {wanted}, not {Kind(value)}";
            case "enum":
                return wanted.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? null : $"{at} is {value.GetRawText()}, which is none of {wanted.GetRawText()}";
            case "const":
                return JsonElement.DeepEquals(wanted, value) ? null : $"{at} has to be {wanted.GetRawText()}";
            case "$ref":
                return Violation(value, Resolve(wanted)!.Value, at, depth + 1);
            case "allOf":
                return wanted.EnumerateArray().Select(part => Violation(value, part, at, depth + 1)).FirstOrDefault(violation => violation is not null);
            case "anyOf":
                return wanted.EnumerateArray().Any(part => Violation(value, part, at, depth + 1) is null) ? null : $"{at} satisfies none of the alternatives";
            case "oneOf":
                int satisfied = wanted.EnumerateArray().Count(part => Violation(value, part, at, depth + 1) is null);
                return satisfied == 1 ? null : $"{at} satisfies {satisfied} of the alternatives; it has to be one";
            default:
                return value.ValueKind switch
                {
                    JsonValueKind.Object => BrokenObject(value, rule, schema, at, depth),
                    JsonValueKind.Array => BrokenArray(value, rule, at, depth),
                    JsonValueKind.String => rule.Name switch
                    {
                        "minLength" when Length(value) < wanted.GetInt32() => $"{at} is shorter than {wanted} characters",
                        "maxLength" when Length(value) > wanted.GetInt32() => $"{at} is longer than {wanted} characters",
                        _ => null,
                    },
                    JsonValueKind.Number => rule.Name switch
                    {
                        "minimum" when value.GetDouble() < wanted.GetDouble() => $"{at} is below {wanted}",
                        "maximum" when value.GetDouble() > wanted.GetDouble() => $"{at} is above {wanted}",
                        _ => null,
                    },
                    _ => null,
                };
        }
    }

    private string? BrokenObject(JsonElement value, JsonProperty rule, JsonElement schema, string at, int depth)
    {
        switch (rule.Name)
        {
            case "required":
                return rule.Value.EnumerateArray().FirstOrDefault(name => !value.TryGetProperty(name.GetString()!, out _)) is { ValueKind: JsonValueKind.String } missing
                    ? $"{at} lacks '{missing.GetString()}'"
                    : null;
            case "properties":
                return rule.Value.EnumerateObject()
                    .Select(property => value.TryGetProperty(property.Name, out JsonElement own) ? Violation(own, property.Value, $"{at}.{property.Name}", depth + 1) : null)
                    .FirstOrDefault(violation => violation is not null);
            case "additionalProperties":
                bool hasKnown = schema.TryGetProperty("properties", out JsonElement known);
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    if ((!hasKnown || !known.TryGetProperty(property.Name, out _)) && Violation(property.Value, rule.Value, $"{at}.{property.Name}", depth + 1) is { } violation)
                    {
                        return violation;
                    }
                }

                return null;
            default:
                return null;
        }
    }

    private string? BrokenArray(JsonElement value, JsonProperty rule, string at, int depth) => rule.Name switch
    {
        "items" => value.EnumerateArray().Select((item, i) => Violation(item, rule.Value, $"{at}[{i}]", depth + 1)).FirstOrDefault(violation => violation is not null),
        "minItems" when value.GetArrayLength() < rule.Value.GetInt32() => $"{at} has fewer than {rule.Value} elements",
        "maxItems" when value.GetArrayLength() > rule.Value.GetInt32() => $"{at} has more than {rule.Value} elements",
        "uniqueItems" when rule.Value.ValueKind == JsonValueKind.True
            && value.EnumerateArray().Select((item, i) => value.EnumerateArray().Take(i).Any(other => JsonElement.DeepEquals(other, item))).Any(twice => twice) => $"{at} has an element twice",
        _ => null,
    };

    private JsonElement? Resolve(JsonElement reference)
    {
        string[] path = reference.ValueKind == JsonValueKind.String ? reference.GetString()!.Split('/') : [];
        if (path is not ["#", ..])
        {
            return null;
        }

        JsonElement at = _root;
        foreach (string part in path[1..])
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal), out at))
            {
                return null;
            }
        }

        return at;
    }

    private static bool IsOfType(JsonElement value, JsonElement type) => type.ValueKind == JsonValueKind.String && type.GetString() switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number),
        var name => name == Kind(value),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static int Length(JsonElement value) => value.GetString()!.EnumerateRunes().Count();
}
