using System.Text;
using System.Text.Json;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>Reads a schema into nodes and refuses, by name and place, every rule that cannot be kept.</summary>
internal sealed class SchemaReader
{
    private static readonly HashSet<string> Annotations =
        ["title", "description", "default", "examples", "$schema", "$id", "$comment", "$defs", "definitions", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"];

    private readonly JsonElement _root;
    private readonly string _source;
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(SchemaNode Node, JsonElement Element)> _unread = new();

    private SchemaReader(JsonElement root, string source) => (_root, _source) = (root, source);

    /// <summary>Reads a schema.</summary>
    /// <exception cref="TaskDefinitionException">It cannot be honoured. The message has the JSON Pointer of the place.</exception>
    public static SchemaNode Read(JsonElement root, string source)
    {
        var reader = new SchemaReader(root, source);
        SchemaNode node = reader.Node("#", root);

        // What nothing refers to is read too: a mistake in it is one all the same.
        reader.Definitions("$defs");
        reader.Definitions("definitions");
        while (reader._unread.TryDequeue(out (SchemaNode Node, JsonElement Element) next))
        {
            reader.Fill(next.Node, next.Element);
        }

        reader.CheckCircles();
        return node;
    }

    private void Definitions(string key)
    {
        if (_root.ValueKind == JsonValueKind.Object && _root.TryGetProperty(key, out JsonElement definitions))
        {
            foreach (JsonProperty property in Object(definitions, $"#/{key}"))
            {
                Node($"#/{key}/{Escape(property.Name)}", property.Value);
            }
        }
    }

    private SchemaNode Node(string pointer, JsonElement element)
    {
        if (_nodes.TryGetValue(pointer, out SchemaNode? known))
        {
            return known;
        }

        if (_nodes.Count >= SchemaLimits.MaxSchemas)
        {
            throw Refused($"more than {SchemaLimits.MaxSchemas} schemas", pointer);
        }

        if (pointer.AsSpan().Count('/') > 2 * SchemaLimits.MaxDepth)
        {
            throw Refused("the schema is nested too deep", pointer);
        }

        var node = new SchemaNode(_nodes.Count, pointer);
        _nodes.Add(pointer, node);
        _unread.Enqueue((node, element));
        return node;
    }

    private void Fill(SchemaNode node, JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.Possible = element.ValueKind == JsonValueKind.True;
            return;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refused("a schema has to be an object, true or false", node.Pointer);
        }

        (decimal? Value, bool Excluded)[] low = [(null, false), (null, true)];
        (decimal? Value, bool Excluded)[] high = [(null, false), (null, true)];
        decimal? multipleOf = null;
        foreach (JsonProperty rule in element.EnumerateObject())
        {
            string at = $"{node.Pointer}/{Escape(rule.Name)}";
            JsonElement value = rule.Value;
            switch (rule.Name)
            {
                case "type":
                    node.Types = value.ValueKind == JsonValueKind.Array
                        ? value.EnumerateArray().Aggregate(JsonTypes.None, (types, one) => types | Type(one, at))
                        : Type(value, at);
                    break;
                case "enum":
                    Restrict(node, [.. Array(value, at)], at);
                    break;
                case "const":
                    Restrict(node, [value], at);
                    break;
                case "properties":
                    node.Properties = [];
                    foreach (JsonProperty property in Object(value, at))
                    {
                        SchemaNode schema = Node($"{at}/{Escape(property.Name)}", property.Value);
                        if (!node.PropertyByName.TryAdd(property.Name, schema))
                        {
                            throw Refused("the property stands there twice", schema.Pointer);
                        }

                        node.Properties.Add((property.Name, schema));
                    }

                    break;
                case "required":
                    node.Required.AddRange(Array(value, at).Select(name => Text(name, at)).Distinct(StringComparer.Ordinal));
                    break;
                case "additionalProperties":
                    node.Additional = Node(at, value);
                    break;
                case "prefixItems":
                    node.Prefix.AddRange(Array(value, at).Select((item, i) => Node($"{at}/{i}", item)));
                    break;
                case "items":
                    node.Items = value.ValueKind == JsonValueKind.Array ? throw Refused("a list of items is 'prefixItems' since draft 2020-12; rename it", at) : Node(at, value);
                    break;
                case "minItems":
                    node.MinItems = Count(value, at);
                    break;
                case "maxItems":
                    node.MaxItems = Count(value, at);
                    break;
                case "uniqueItems":
                    node.UniqueItems = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.ValueKind == JsonValueKind.True : throw WrongType(value, "true or false", at);
                    break;
                case "minLength":
                    node.MinLength = Count(value, at);
                    break;
                case "maxLength":
                    node.MaxLength = Count(value, at);
                    break;
                case "pattern":
                    node.Pattern = Pattern(Text(value, at), at);
                    break;
                case "format":
                    string format = Text(value, at);
                    node.Format = Pattern(
                        StringFormats.Find(format) ?? throw Refused($"the format '{format}' is not supported; known are {string.Join(", ", StringFormats.Names)}", at), at);
                    break;
                case "minimum":
                    low[0].Value = Number(value, at);
                    break;
                case "exclusiveMinimum":
                    low[1].Value = Number(value, at);
                    break;
                case "maximum":
                    high[0].Value = Number(value, at);
                    break;
                case "exclusiveMaximum":
                    high[1].Value = Number(value, at);
                    break;
                case "multipleOf":
                    multipleOf = Number(value, at) is > 0 and var step ? step : throw Refused("it has to be above 0", at);
                    break;
                case "anyOf":
                    node.AnyOf = Alternatives(value, at);
                    break;
                case "oneOf":
                    node.OneOf = Alternatives(value, at);
                    break;
                case "allOf":
                    node.AllOf.AddRange(Alternatives(value, at));
                    break;
                case "$ref":
                    node.Reference = Resolve(Text(value, at), at);
                    break;
                default:
                    if (!Annotations.Contains(rule.Name))
                    {
                        throw Refused($"the rule '{rule.Name}' is not supported, so documents could not be held to it; remove it", at);
                    }

                    break;
            }
        }

        node.Range = new NumberRange(low[0].Value, high[0].Value, false, false, multipleOf).And(new NumberRange(low[1].Value, high[1].Value, true, true, null), multipleOf);
    }

    private List<SchemaNode> Alternatives(JsonElement value, string at)
    {
        List<SchemaNode> parts = [.. Array(value, at).Select((part, i) => Node($"{at}/{i}", part))];
        return parts.Count > 0 ? parts : throw Refused("the list is empty", at);
    }

    private void Restrict(SchemaNode node, List<JsonElement> values, string at)
    {
        if (values.Count is 0 or > SchemaLimits.MaxValues)
        {
            throw Refused($"{values.Count} values; 1 to {SchemaLimits.MaxValues} are allowed", at);
        }

        node.Literals = node.Literals is null ? values : [.. node.Literals.Where(one => values.Any(other => JsonElement.DeepEquals(one, other)))];
        node.LiteralTexts = [.. node.Literals.Select(one => one.GetRawText())];
    }

    private SchemaNode Resolve(string reference, string at)
    {
        if (!reference.StartsWith('#') || reference is not ("#" or ['#', '/', ..]))
        {
            throw Refused($"'{reference}' is not a JSON Pointer into this schema ('#/…'); other references are not followed", at);
        }

        JsonElement element = _root;
        var pointer = new StringBuilder("#");
        foreach (string part in Uri.UnescapeDataString(reference).Split('/')[1..])
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            bool found = element.ValueKind == JsonValueKind.Object
                ? element.TryGetProperty(name, out element)
                : element.ValueKind == JsonValueKind.Array && int.TryParse(name, out int index) && index >= 0 && index < element.GetArrayLength() && (element = element[index]).ValueKind != JsonValueKind.Undefined;
            if (!found)
            {
                throw Refused($"'{reference}' names no part of this schema", at);
            }

            pointer.Append('/').Append(Escape(name));
        }

        return Node(pointer.ToString(), element);
    }

    /// <summary>A schema that refers to itself without a value in between says nothing and would never end.</summary>
    private void CheckCircles()
    {
        var done = new HashSet<SchemaNode>();
        foreach (SchemaNode start in _nodes.Values)
        {
            var path = new HashSet<SchemaNode>();
            var open = new Stack<(SchemaNode Node, bool Leave)>([(start, false)]);
            while (open.TryPop(out (SchemaNode Node, bool Leave) top))
            {
                if (top.Leave)
                {
                    path.Remove(top.Node);
                    done.Add(top.Node);
                    continue;
                }

                if (path.Contains(top.Node))
                {
                    throw Refused("the schema refers to itself without an object or array in between", top.Node.Pointer);
                }

                if (done.Contains(top.Node))
                {
                    continue;
                }

                path.Add(top.Node);
                open.Push((top.Node, true));
                foreach (SchemaNode next in (SchemaNode[])[.. top.Node.AllOf, .. top.Node.AnyOf ?? [], .. top.Node.OneOf ?? [], .. top.Node.Reference is { } reference ? [reference] : (SchemaNode[])[]])
                {
                    open.Push((next, false));
                }
            }
        }
    }

    private StringRule Pattern(string pattern, string at)
    {
        try
        {
            return new StringRule(pattern);
        }
        catch (FormatException e)
        {
            throw Refused(e.Message, at);
        }
    }

    private JsonTypes Type(JsonElement value, string at) => Text(value, at) switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "object" => JsonTypes.Object,
        "array" => JsonTypes.Array,
        "string" => JsonTypes.String,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        var other => throw Refused($"'{other}' is no type", at),
    };

    private JsonElement.ArrayEnumerator Array(JsonElement value, string at) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw WrongType(value, "an array", at);

    private JsonElement.ObjectEnumerator Object(JsonElement value, string at) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw WrongType(value, "an object", at);

    private string Text(JsonElement value, string at)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongType(value, "a string", at);
        }
        catch (InvalidOperationException)
        {
            throw Refused("contains half of a surrogate pair", at);
        }
    }

    private decimal Number(JsonElement value, string at) => value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number)
        ? number
        : throw WrongType(value, "a number of at most 28 digits", at);

    private int Count(JsonElement value, string at)
    {
        decimal number = Number(value, at);
        return number >= 0 && number <= int.MaxValue / 2 && number == decimal.Truncate(number) ? (int)number : throw Refused($"{number} is not a count from 0 to {int.MaxValue / 2}", at);
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private TaskDefinitionException WrongType(JsonElement value, string wanted, string at) => Refused($"has to be {wanted}, not {value.ValueKind.ToString().ToLowerInvariant()}", at);

    private TaskDefinitionException Refused(string message, string pointer) => new(message, _source, "schema " + pointer);
}
