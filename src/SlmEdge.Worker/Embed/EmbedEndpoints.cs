using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Embed;

/// <summary><c>POST /v1/embed</c> and OpenAI's <c>POST /v1/embeddings</c>: vectors of texts, the model's own hidden states. Nothing of it is kept in the journal.</summary>
internal sealed class EmbedEndpoints(IServingEngine engine, WorkerOptions options) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/embed", EmbedAsync).RequireRole(Role.Ask);
        routes.MapPost("/v1/embeddings", EmbedForOpenAiAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var (texts, isList) = await JsonBody.ReadAsync(context, root => root.ReadTextOrTexts(options.Limits.MaxTexts)).ConfigureAwait(false);
        var embedded = await ComputeAsync(context, texts, isList ? "texts" : null).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            if (!isList)
            {
                Write(json, embedded[0]);
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("results");
            foreach (var text in embedded)
            {
                Write(json, text);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task EmbedForOpenAiAsync(HttpContext context)
    {
        var model = engine.Bundle.Manifest.Name;
        var request = await JsonBody.ReadAsync(context, root => OpenAiEmbedRequest.Parse(root, model, options.Limits.MaxTexts)).ConfigureAwait(false);
        var embedded = await ComputeAsync(context, request.Texts, request.IsList ? "input" : null).ConfigureAwait(false);
        if (request.Dimensions is { } wanted && wanted != embedded[0].Vector.Length)
        {
            throw HttpProblem.Bad(
                "unsupported", "Unsupported", $"The model's vectors have {embedded[0].Vector.Length} numbers and cannot be shortened; leave 'dimensions' out.", "dimensions");
        }

        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < embedded.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                json.WritePropertyName("embedding");
                WriteVector(json, embedded[i].Vector.Span, request.IsBase64);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model);
            var tokens = embedded.Sum(text => text.Tokens);
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<EmbeddedText>> ComputeAsync(HttpContext context, IReadOnlyList<string> texts, string? list)
    {
        RequestText.Note(context, options, texts);
        try
        {
            return await engine.EmbedAsync(texts, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidTextException invalid)
        {
            throw RequestGuard.InvalidText(invalid, list is null ? null : $"{list}[{invalid.Index}]");
        }
        catch (NotSupportedException error)
        {
            // The state of the service and not the request is in the way.
            throw new HttpProblem(StatusCodes.Status409Conflict, "no-embeddings", "No embeddings", error.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, EmbeddedText embedded)
    {
        json.WriteStartObject();
        json.WriteString("text", embedded.Text);
        json.WritePropertyName("embedding");
        WriteVector(json, embedded.Vector.Span, false);
        json.WriteNumber("tokens", embedded.Tokens);
        if (embedded.IsTruncated)
        {
            json.WriteBoolean("truncated", true);
        }

        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector, bool asBase64)
    {
        if (asBase64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            json.WriteBase64StringValue(bytes);
            return;
        }

        json.WriteStartArray();
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
