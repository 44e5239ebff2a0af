using System.Text.Json;
using System.Text.Json.Serialization;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks;

/// <summary>
/// The JSON that this library writes, generated at compile time, so that it also works where code is compiled ahead of time. The turns of a
/// conversation are named as chat templates know them: <c>role</c> and <c>content</c>.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<ChatMessage>))]
internal sealed partial class TasksJsonContext : JsonSerializerContext;
