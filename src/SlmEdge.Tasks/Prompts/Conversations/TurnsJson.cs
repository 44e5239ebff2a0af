using System.Text.Json.Serialization;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>Turns as chat templates expect them: objects with <c>role</c> and <c>content</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<ChatMessage>))]
internal sealed partial class TurnsJson : JsonSerializerContext;
