using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Tasks;

namespace SlmEdge.Bundles;

/// <summary>Manifest to JSON and back. Keys that are not known are refused: what cannot be understood cannot be honoured.</summary>
internal static class BundleManifestJson
{
    private const int MaxDepth = 64;

    public static BundleManifest Parse(ReadOnlyMemory<byte> utf8, string? bundle)
    {
        try
        {
            // The versions decide how the rest is read, so they are looked at before anything else: a newer manifest may have keys that are not known here.
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            CheckVersion(document.RootElement, bundle);
            CheckProgram(document.RootElement, bundle);
            BundleManifest manifest = BundleManifestReader.Read(document.RootElement);
            BundleManifestRules.Check(manifest, bundle);
            return manifest;
        }
        catch (JsonException e)
        {
            throw new BundleException($"is not a valid manifest: {e.Message}", bundle, BundleManifest.FileName, e);
        }
        catch (Exception e) when (e is TaskDefinitionException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: another type, or a string with half of a surrogate pair.
            throw new BundleException($"is not a valid manifest: {e.Message}", bundle, BundleManifest.FileName, e);
        }
    }

    public static byte[] Write(BundleManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Writing.Manifest);

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

    /// <summary>Made when a manifest is written; a device only reads.</summary>
    private static class Writing
    {
        private static readonly JsonSerializerOptions Options = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            WriteIndented = true,
            NewLine = "\n",
            MaxDepth = MaxDepth,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter<BundleFileRole>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
            TypeInfoResolver = BundleJsonContext.Default,
        };

        public static readonly JsonTypeInfo<BundleManifest> Manifest = (JsonTypeInfo<BundleManifest>)Options.GetTypeInfo(typeof(BundleManifest));
    }
}
