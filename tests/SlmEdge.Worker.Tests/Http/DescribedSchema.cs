using System.Text.Json;

namespace SlmEdge.Worker.Tests.Http;

/// <summary>Checks values against the schemas of an OpenAPI document, as far as the document uses JSON Schema.</summary>
internal sealed class DescribedSchema(JsonElement document)
{
    /// <summary>What is wrong with a value; null where it keeps to the schema.</summary>
    public string? FindFault(JsonElement schema, JsonElement value, string where = "$")
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = document;
            foreach (var step in reference.GetString()!.Split('/').Skip(1))
            {
                if (!target.TryGetProperty(step, out target))
                {
                    return $"{reference.GetString()} leads nowhere";
                }
            }

            return FindFault(target, value, where);
        }

        if (schema.TryGetProperty("oneOf", out var ways))
        {
            var faults = ways.EnumerateArray().Select(way => FindFault(way, value, where)).ToList();
            return faults.Count(fault => fault is null) == 1 ? null : $"{where}: {string.Join("; or ", faults.Select(fault => fault ?? "fits"))}";
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            return $"{where}: {value} is none of {values}";
        }

        if (schema.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(one => IsOf(one.GetString()!, value)) : IsOf(type.GetString()!, value)))
        {
            return $"{where}: {value.ValueKind} is no {type}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => FindInObject(schema, value, where),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().Select((item, i) => FindFault(items, item, $"{where}[{i}]")).FirstOrDefault(fault => fault is not null),
            _ => null,
        };
    }

    private string? FindInObject(JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{where}: {name} is missing";
                }
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            var fault = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(member.Name, out var known) ? FindFault(known, member.Value, $"{where}.{member.Name}")
                : !schema.TryGetProperty("additionalProperties", out var others) || others.ValueKind == JsonValueKind.True ? null
                : others.ValueKind == JsonValueKind.False ? $"{where}: {member.Name} is not described"
                : FindFault(others, member.Value, $"{where}.{member.Name}");
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };
}
