using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>Writes what the answers of both routes have in common.</summary>
internal sealed class CompletionJson(string prefix, ServedBundle bundle, AdapterInfo? adapter)
{
    private readonly long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public string Id { get; } = prefix + Guid.NewGuid().ToString("N");

    /// <summary>Begins an answer or a chunk of one.</summary>
    public void WriteStart(Utf8JsonWriter json, string type)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("object", type);
        json.WriteNumber("created", created);
        json.WriteString("model", adapter?.Name ?? bundle.Manifest.Name);

        // Answers with one fingerprint and one seed are alike: prompt, model file and adapter decide.
        var over = adapter is null ? "" : $"_{adapter.Sha256[..12]}";
        json.WriteString("system_fingerprint", $"fp_{bundle.PromptSha256[..12]}_{bundle.Manifest.Version}{over}");
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
