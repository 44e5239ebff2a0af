using System.Globalization;
using System.Text.Json.Nodes;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>Random schemas of all supported rules; not all of them have documents.</summary>
internal sealed class RandomSchema(int seed)
{
    private static readonly string[] Names = ["a", "part", "größe", "x y", "\"q\"", "items"];
    private static readonly string[] Patterns =
    [
        "^[A-Z]{2}-\\d{3,5}$", "^(?:ab|cd)*e?$", "^[^a-y]{1,3}$", "^(a*b?){0,4}$", "^\\d+(\\.\\d{1,2})? (mm|cm)$", "^ü[äöß🔧]+$", "^\\S{2}\\s\\w$", "^x", "end$", "^[\\u00e0-\\u{7}\\x20]?$".Replace("\\u{7}", "\\u00ff", StringComparison.Ordinal),
    ];

    private static readonly string[] Formats = ["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "hostname", "uri"];

    private readonly Random _random = new(seed);

    public JsonObject Next()
    {
        JsonObject schema = Value(0);
        if (_random.Next(3) == 0)
        {
            schema["$defs"] = new JsonObject { ["tree"] = Tree(), ["leaf"] = Number() };
        }

        return schema.ContainsKey("$defs") ? schema : With(schema, "$defs", new JsonObject { ["tree"] = Tree(), ["leaf"] = Text() });
    }

    private static JsonObject With(JsonObject schema, string key, JsonNode value)
    {
        schema[key] = value;
        return schema;
    }

    private static JsonObject Tree() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["name"] = new JsonObject { ["$ref"] = "#/$defs/leaf" },
            ["children"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/$defs/tree" }, ["maxItems"] = 3 },
        },
        ["required"] = new JsonArray("name"),
        ["additionalProperties"] = false,
    };

    private JsonObject Value(int depth) => _random.Next(depth > 2 ? 6 : 12) switch
    {
        0 => Text(),
        1 => Number(),
        2 => new JsonObject { ["type"] = _random.Next(2) == 0 ? "boolean" : "null" },
        3 => new JsonObject { ["enum"] = new JsonArray("low", "höher \"x\"", 3, null, true, new JsonArray(1, "a")) },
        4 => new JsonObject { ["const"] = new JsonObject { ["k"] = "v\n" } },
        5 => new JsonObject { ["$ref"] = _random.Next(2) == 0 ? "#/$defs/tree" : "#/$defs/leaf" },
        6 => new JsonObject { ["anyOf"] = new JsonArray(Value(depth + 1), Value(depth + 1), Value(depth + 1)) },
        7 => new JsonObject { ["type"] = new JsonArray("string", "null", "integer"), ["minLength"] = 1, ["maximum"] = 7 },
        8 => Array(depth),
        9 => new JsonObject { ["allOf"] = new JsonArray(Object(depth + 1), Object(depth + 1)) },
        _ => Object(depth),
    };

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (string name in Names.Where(_ => _random.Next(2) == 0))
        {
            properties[name] = Value(depth + 1);
            if (_random.Next(2) == 0)
            {
                required.Add(name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
        if (_random.Next(3) is var kind and < 2)
        {
            schema["additionalProperties"] = kind == 0 ? false : Number();
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        int min = _random.Next(3);
        var schema = new JsonObject { ["type"] = "array", ["items"] = Value(depth + 1), ["minItems"] = min };
        switch (_random.Next(4))
        {
            case 0:
                schema["maxItems"] = min + _random.Next(3);
                break;
            case 1:
                schema["prefixItems"] = new JsonArray(Value(depth + 1), Number());
                break;
            case 2:
                schema["items"] = new JsonObject { ["enum"] = new JsonArray("a", "ab", 1) };
                schema["uniqueItems"] = true;
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (_random.Next(4))
        {
            case 0:
                schema["pattern"] = Patterns[_random.Next(Patterns.Length)];
                break;
            case 1:
                schema["format"] = Formats[_random.Next(Formats.Length)];
                break;
            case 2:
                schema["minLength"] = _random.Next(4);
                schema["maxLength"] = 3 + _random.Next(60);
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = _random.Next(2) == 0 ? "integer" : "number" };
        decimal low = decimal.Parse((_random.Next(-3000, 3000) / (decimal)Math.Pow(10, _random.Next(4))).ToString("0.###", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (_random.Next(2) == 0)
        {
            schema[_random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (_random.Next(2) == 0)
        {
            schema[_random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = low + (_random.Next(1, 2000) / 10m);
        }

        if (_random.Next(4) == 0)
        {
            schema["multipleOf"] = ((decimal[])[1, 3, 7, 25, 0.5m, 0.25m])[_random.Next(6)];
        }

        return schema;
    }
}
