using System.Text.Json;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.Writing;

/// <summary>Writes what answers have in common.</summary>
internal static class WritingJson
{
    public static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("promptTokens", usage.PromptTokens);
        json.WriteNumber("cachedTokens", usage.CachedTokens);
        json.WriteNumber("answerTokens", usage.AnswerTokens);
        json.WriteEndObject();
    }

    /// <summary>Why an answer ended, as <c>slm-edge generate</c> writes it.</summary>
    public static string Name(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.StopString => "stopString",
        _ => "length",
    };
}
