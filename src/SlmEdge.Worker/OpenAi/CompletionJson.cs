using System.Text.Json;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>Writes what the answers of both routes have in common.</summary>
internal sealed class CompletionJson(string prefix, ServedBundle bundle)
{
    private readonly string id = prefix + Guid.NewGuid().ToString("N");
    private readonly long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Begins an answer or a chunk of one.</summary>
    public void WriteStart(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", type);
        json.WriteNumber("created", created);
        json.WriteString("model", bundle.Manifest.Name);

        // Answers with one fingerprint and one seed are alike: prompt and model file decide.
        json.WriteString("system_fingerprint", $"fp_{bundle.PromptSha256[..12]}_{bundle.Manifest.Version}");
    }

    public static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.PromptTokens);
        json.WriteNumber("completion_tokens", usage.AnswerTokens);
        json.WriteNumber("total_tokens", usage.TotalTokens);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
