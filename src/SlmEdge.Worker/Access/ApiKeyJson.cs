using System.Text.Json.Serialization;

namespace SlmEdge.Worker.Access;

/// <summary>How a key file is read and written, generated when the library is compiled.</summary>
[JsonSerializable(typeof(ApiKeyFileContent))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
