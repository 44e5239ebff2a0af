namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>
/// Whether no value satisfies two alternatives of a <c>oneOf</c>: they differ in type, in their fixed values, in a property that both require, or one requires
/// a property that the other forbids. Elsewhere <c>oneOf</c> would allow texts that turn out wrong only at their end.
/// </summary>
internal static class OneOfDecision
{
    private const int MaxDepth = 4;
    private const int MaxAlternatives = 200;

    /// <summary>Refuses a <c>oneOf</c> that cannot be decided.</summary>
    /// <exception cref="TaskDefinitionException">Two alternatives may both hold.</exception>
    public static void Check(SchemaNode schema, string source)
    {
        List<SchemaNode> parts = schema.OneOf!;
        if (parts.Count > MaxAlternatives)
        {
            throw new TaskDefinitionException($"{parts.Count} alternatives; at most {MaxAlternatives} are allowed", source, $"schema {schema.Pointer}/oneOf");
        }

        for (int i = 0; i < parts.Count; i++)
        {
            for (int k = 0; k < i; k++)
            {
                if (!Exclude(parts[k], parts[i], 0))
                {
                    throw new TaskDefinitionException(
                        $"it cannot be told that alternatives {k} and {i} exclude each other; use anyOf, or give both a required property with different const values", source, $"schema {schema.Pointer}/oneOf");
                }
            }
        }
    }

    private static bool Exclude(SchemaNode x, SchemaNode y, int depth)
    {
        List<SchemaNode> all = Parts(x);
        List<SchemaNode> others = Parts(y);
        return depth < MaxDepth && all.Exists(one => others.Exists(other => ExcludePlainly(one, other, depth)));
    }

    private static bool ExcludePlainly(SchemaNode x, SchemaNode y, int depth)
    {
        if (!x.Possible || !y.Possible || (x.Types & y.Types) == 0)
        {
            return true;
        }

        if (x.Literals is not null || y.Literals is not null)
        {
            (List<System.Text.Json.JsonElement> values, SchemaNode other) = x.Literals is not null ? (x.Literals, y) : (y.Literals!, x);
            if (values.TrueForAll(value => new SchemaValidator().Violation(value, other, "$") is not null))
            {
                return true;
            }
        }

        // An object with a missing property satisfies 'properties', so only what both require tells them apart; and only if both are objects.
        return x.Types == JsonTypes.Object && y.Types == JsonTypes.Object
            && (x.Required.Exists(name => Forbids(y, name) || (y.Required.Contains(name) && x.PropertyByName.TryGetValue(name, out SchemaNode? a) && y.PropertyByName.TryGetValue(name, out SchemaNode? b) && Exclude(a, b, depth + 1)))
                || y.Required.Exists(name => Forbids(x, name)));
    }

    private static bool Forbids(SchemaNode schema, string name) => schema.PropertyByName.TryGetValue(name, out SchemaNode? own) ? !own.Possible : schema.Additional is { Possible: false };

    private static List<SchemaNode> Parts(SchemaNode schema)
    {
        var all = new List<SchemaNode> { schema };
        for (int i = 0; i < all.Count && all.Count < 64; i++)
        {
            all.AddRange(all[i].AllOf);
            if (all[i].Reference is { } reference)
            {
                all.Add(reference);
            }
        }

        return all;
    }
}
