using System.Globalization;
using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>Writes the answers of <c>/v1/completions</c>.</summary>
internal sealed class TextCompletionJson(ServedBundle bundle, AdapterInfo? adapter) : ICompletionJson
{
    private const string Type = "text_completion";

    private readonly CompletionJson common = new("cmpl-", bundle, adapter);
    private int offset;

    public string Id => common.Id;

    public void WriteWhole(Utf8JsonWriter json, CompletionEnd answer)
    {
        WriteChoice(json, answer.Text, answer.Logprobs, answer.FinishReason);
        CompletionJson.WriteUsage(json, answer.Usage);
        json.WriteEndObject();
    }

    public void WriteChunk(Utf8JsonWriter json, CompletionUpdate update)
    {
        WriteChoice(json, update.Text, update.Logprobs, update.End?.FinishReason);
        json.WriteEndObject();
    }

    public void WriteUsageChunk(Utf8JsonWriter json, TokenUsage usage)
    {
        common.WriteStart(json, Type);
        json.WriteStartArray("choices");
        json.WriteEndArray();
        CompletionJson.WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private void WriteChoice(Utf8JsonWriter json, string text, IReadOnlyList<TokenLogprob>? tokens, string? finishReason)
    {
        common.WriteStart(json, Type);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteString("text", text);
        WriteLogprobs(json, tokens);
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<TokenLogprob>? tokens)
    {
        if (tokens is null)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (var token in tokens)
        {
            json.WriteStringValue(Spell(token));
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var token in tokens)
        {
            json.WriteNumberValue(token.Logprob);
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var token in tokens)
        {
            WriteTop(json, token);
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (var token in tokens)
        {
            json.WriteNumberValue(offset);
            offset += token.Text.EnumerateRunes().Count();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTop(Utf8JsonWriter json, TokenLogprob token)
    {
        json.WriteStartObject();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in token.Top)
        {
            // Different tokens can have one spelling (the same word as a piece and as bytes); the likeliest keeps it.
            var spelling = Spell(other);
            if (named.Add(spelling))
            {
                json.WriteNumber(spelling, other.Logprob);
            }
        }

        json.WriteEndObject();
    }

    // Bytes that are not UTF-8 alone are spelled as OpenAI's older route spells them.
    private static string Spell(TokenLogprob token) => token.Text.Contains('\uFFFD', StringComparison.Ordinal)
        ? "bytes:" + string.Concat(token.Bytes.Select(value => @"\x" + value.ToString("x2", CultureInfo.InvariantCulture)))
        : token.Text;
}
