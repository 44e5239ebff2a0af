using System.Text.Json;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>One schema inside a schema, as <see cref="SchemaReader"/> read it. Absent rules have their neutral value.</summary>
internal sealed class SchemaNode(int id, string pointer)
{
    public int Id { get; } = id;

    /// <summary>JSON Pointer, with <c>#</c> in front.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>False only for the schema <c>false</c>.</summary>
    public bool Possible { get; set; } = true;

    public JsonTypes Types { get; set; } = JsonTypes.Any;

    /// <summary>The values of <c>enum</c> or <c>const</c> (or what both have in common); null for any.</summary>
    public List<JsonElement>? Literals { get; set; }

    /// <summary>The values of <see cref="Literals"/> as they are written: most questions are answered without comparing with each.</summary>
    public HashSet<string> LiteralTexts { get; set; } = [];

    /// <summary>Null where the schema has no <c>properties</c>.</summary>
    public List<(string Name, SchemaNode Schema)>? Properties { get; set; }

    public Dictionary<string, SchemaNode> PropertyByName { get; } = new(StringComparer.Ordinal);

    public List<string> Required { get; } = [];

    public SchemaNode? Additional { get; set; }

    public List<SchemaNode> Prefix { get; } = [];

    public SchemaNode? Items { get; set; }

    public int MinItems { get; set; }

    public int? MaxItems { get; set; }

    public bool UniqueItems { get; set; }

    public int MinLength { get; set; }

    public int? MaxLength { get; set; }

    /// <summary>The language of <c>pattern</c>.</summary>
    public StringRule? Pattern { get; set; }

    /// <summary>The language of <c>format</c>.</summary>
    public StringRule? Format { get; set; }

    public NumberRange Range { get; set; } = NumberRange.All;

    public List<SchemaNode>? AnyOf { get; set; }

    public List<SchemaNode>? OneOf { get; set; }

    public List<SchemaNode> AllOf { get; } = [];

    public SchemaNode? Reference { get; set; }
}
