using System.Text.Json;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.Writing;

/// <summary>Writes what answers have in common.</summary>
internal static class WritingJson
{
    /// <summary>Writes the number of the answer's entry in the journal, for feedback; nothing where there is none.</summary>
    public static void WriteId(Utf8JsonWriter json, long? id)
    {
        if (id is { } number)
        {
            json.WriteNumber("id", number);
        }
    }

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
