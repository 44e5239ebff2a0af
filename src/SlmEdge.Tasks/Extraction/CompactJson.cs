using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Tasks.Extraction;

/// <summary>JSON as documents are written by a model: no white space, and only what has to be escaped is.</summary>
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
internal sealed partial class CompactJson : JsonSerializerContext
{
    public static CompactJson Relaxed { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
