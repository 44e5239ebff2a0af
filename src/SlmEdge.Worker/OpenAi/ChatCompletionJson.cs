using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>Writes the answers of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionJson(ServedBundle bundle, AdapterInfo? adapter) : ICompletionJson
{
    private readonly CompletionJson common = new("chatcmpl-", bundle, adapter);
    private bool begun;

    public string Id => common.Id;

    public void WriteWhole(Utf8JsonWriter json, CompletionEnd answer)
    {
        common.WriteStart(json, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", answer.Refusal is null ? answer.Text : null);
        json.WriteString("refusal", answer.Refusal);
        json.WriteEndObject();
        WriteLogprobs(json, answer.Logprobs);
        json.WriteString("finish_reason", answer.FinishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        CompletionJson.WriteUsage(json, answer.Usage);
        json.WriteEndObject();
    }

    public void WriteChunk(Utf8JsonWriter json, CompletionUpdate update)
    {
        common.WriteStart(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        if (!begun)
        {
            json.WriteString("role", "assistant");
            begun = true;
        }

        if (update.End is null)
        {
            json.WriteString("content", update.Text);
        }
        else if (update.End.Refusal is { } refusal)
        {
            json.WriteString("refusal", refusal);
        }

        json.WriteEndObject();
        WriteLogprobs(json, update.Logprobs);
        json.WriteString("finish_reason", update.End?.FinishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void WriteUsageChunk(Utf8JsonWriter json, TokenUsage usage)
    {
        common.WriteStart(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        CompletionJson.WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<TokenLogprob>? tokens)
    {
        if (tokens is null)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, token);
            json.WriteStartArray("top_logprobs");
            foreach (var other in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, other);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, TokenLogprob token)
    {
        json.WriteString("token", token.Text);
        json.WriteNumber("logprob", token.Logprob);
        json.WriteStartArray("bytes");
        foreach (var value in token.Bytes)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
