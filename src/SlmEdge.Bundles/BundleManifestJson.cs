using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Tasks;

namespace SlmEdge.Bundles;

/// <summary>Manifest to JSON and back. Keys that are not known are refused: what cannot be understood cannot be honoured.</summary>
internal static class BundleManifestJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        MaxDepth = 64,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<BundleFileRole>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = BundleJsonContext.Default,
    };

    private static readonly JsonTypeInfo<BundleManifest> Manifest = (JsonTypeInfo<BundleManifest>)Options.GetTypeInfo(typeof(BundleManifest));

    public static BundleManifest Parse(ReadOnlyMemory<byte> utf8, string? bundle)
    {
        try
        {
            // The versions decide how the rest is read, so they are looked at before anything else: a newer manifest may have keys that are not known here.
            using (JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 64 }))
            {
                CheckVersion(document.RootElement, bundle);
                CheckProgram(document.RootElement, bundle);
            }

            BundleManifest manifest = JsonSerializer.Deserialize(utf8.Span, Manifest)
                ?? throw new BundleException("is empty", bundle, BundleManifest.FileName);
            BundleManifestRules.Check(manifest, bundle);
            return manifest;
        }
        catch (JsonException e)
        {
            throw new BundleException($"is not a valid manifest: {e.Message}", bundle, BundleManifest.FileName, e);
        }
        catch (Exception e) when (e is TaskDefinitionException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string with half of a surrogate pair.
            throw new BundleException($"is not a valid manifest: {e.Message}", bundle, BundleManifest.FileName, e);
        }
    }

    public static byte[] Write(BundleManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Manifest);

    private static void CheckVersion(JsonElement root, string? bundle)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("formatVersion", out JsonElement element)
            || element.ValueKind != JsonValueKind.Number
            || !element.TryGetInt32(out int version))
        {
            throw new BundleException("has no format version; this is not a bundle", bundle, BundleManifest.FileName);
        }

        if (version != BundleManifest.CurrentFormatVersion)
        {
            throw new BundleException(
                $"has format version {version}; this program reads version {BundleManifest.CurrentFormatVersion}. {(version > BundleManifest.CurrentFormatVersion ? "Update the program" : "Export the bundle again")}",
                bundle,
                BundleManifest.FileName);
        }
    }

    private static void CheckProgram(JsonElement root, string? bundle)
    {
        if (root.TryGetProperty(BundleRequirements.Key, out JsonElement requires)
            && requires.ValueKind == JsonValueKind.Object
            && requires.TryGetProperty(BundleRequirements.ProgramKey, out JsonElement program)
            && program.ValueKind == JsonValueKind.String)
        {
            BundleRequirements.CheckProgram(program.GetString()!, bundle);
        }
    }
}
