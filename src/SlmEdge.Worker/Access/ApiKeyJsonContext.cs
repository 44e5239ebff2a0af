using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Worker.Access;

/// <summary>Reads and writes key files without reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(RoleConverter)])]
[JsonSerializable(typeof(ApiKeyFileContent))]
internal sealed partial class ApiKeyJsonContext : JsonSerializerContext
{
    private sealed class RoleConverter() : JsonStringEnumConverter<Role>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
