using System.Text.Json.Serialization;

namespace SlmEdge.Worker.Updates;

[JsonSerializable(typeof(UpdateRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
internal sealed partial class UpdateRecordJson : JsonSerializerContext;
