using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Tasks.Extraction.Schemas;

namespace SlmEdge.Tasks.Extraction;

/// <summary>
/// The schema of a C# type: what <see cref="SerializerOptions"/> reads back into it. Names in camel case, enumerations by name; properties that are not
/// nullable or are parameters of the constructor without a default are required; others may be left out.
/// </summary>
[RequiresUnreferencedCode("The schema of a type is read from its members at run time; where code is trimmed, give the schema as JSON.")]
[RequiresDynamicCode("The schema of a type is read from its members at run time; where code is compiled ahead of time, give the schema as JSON.")]
public static class JsonSchemaOf
{
    private static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Fit };

    private const string Reflects = "The schema and the values of a type are found by reflection.";

    /// <summary>How documents of <see cref="For{T}"/> are deserialised.</summary>
    public static JsonSerializerOptions SerializerOptions
    {
        [RequiresUnreferencedCode(Reflects)]
        [RequiresDynamicCode(Reflects)]
        get => field ??= MakeOptions();
    }

    /// <summary>The schema of a type.</summary>
    /// <typeparam name="T">A record or class of properties, or a list, dictionary with string keys, enumeration, number, string, date or nullable of such.</typeparam>
    /// <exception cref="TaskDefinitionException">The type cannot be written as such a schema.</exception>
    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    public static JsonElement For<T>()
    {
        JsonElement schema;
        try
        {
            schema = JsonElement.Parse(SerializerOptions.GetJsonSchemaAsNode(typeof(T), Exporter).ToJsonString());
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            throw new TaskDefinitionException($"the type has no JSON schema: {e.Message}", typeof(T).Name, inner: e);
        }

        JsonSchema.Parse(schema, typeof(T).Name);
        return schema;
    }

    [RequiresUnreferencedCode(Reflects)]
    [RequiresDynamicCode(Reflects)]
    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            NumberHandling = JsonNumberHandling.Strict,
            RespectNullableAnnotations = true,
            Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Narrows what the exporter leaves wider than the type reads.</summary>
    private static JsonNode Fit(JsonSchemaExporterContext context, JsonNode schema)
    {
        Type type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (schema is not JsonObject rules)
        {
            // The exporter writes 'true' for what it does not know.
            return type == typeof(object) || type == typeof(JsonElement) ? schema : throw new NotSupportedException($"{type} may hold anything; use a type with properties");
        }

        if (type == typeof(TimeOnly))
        {
            rules.Remove("format");
            rules["pattern"] = "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$";
        }
        else if (type == typeof(DateTime) || type == typeof(DateTimeOffset))
        {
            rules.Remove("format");
            rules["pattern"] = StringFormats.ClrDateTime;
        }
        else if (type == typeof(TimeSpan))
        {
            rules["pattern"] = "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$";
        }
        else if (type == typeof(char))
        {
            rules.Remove("minLength");
            rules.Remove("maxLength");
            rules["pattern"] = "^[\\u0000-\\uFFFF]$";
        }
        else if (Bounds(type) is { } bounds)
        {
            rules["minimum"] = bounds.Min;
            rules["maximum"] = bounds.Max;
        }

        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && !rules.ContainsKey("additionalProperties"))
        {
            rules["additionalProperties"] = false;
        }

        return rules;
    }

    private static (decimal Min, decimal Max)? Bounds(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Byte => (byte.MinValue, byte.MaxValue),
        TypeCode.SByte => (sbyte.MinValue, sbyte.MaxValue),
        TypeCode.Int16 => (short.MinValue, short.MaxValue),
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
        TypeCode.UInt64 => (0, ulong.MaxValue),
        _ => null,
    };
}
