using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>Writes JSON bodies in one piece, so that a failure never leaves half of one.</summary>
internal static class JsonResponse
{
    /// <summary>How bodies are written: text stays readable, since nothing of it is put into a page.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write) =>
        WriteAsync(context, status, "application/json; charset=utf-8", write);

    public static Task WriteProblemAsync(HttpContext context, HttpProblem problem)
    {
        if (problem.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, problem.Status, "application/problem+json; charset=utf-8", json => WriteProblem(json, problem, OpenAiErrors.AreWantedBy(context)));
    }

    /// <summary>Writes problem details, with the member <c>error</c> for OpenAI's clients where they are asked for.</summary>
    public static void WriteProblem(Utf8JsonWriter json, HttpProblem problem, bool forOpenAi)
    {
        json.WriteStartObject();
        json.WriteString("type", "urn:slm-edge:" + problem.Type);
        json.WriteString("title", problem.Title);
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", problem.Detail);
        if (forOpenAi)
        {
            json.WriteStartObject("error");
            json.WriteString("message", problem.Detail);
            json.WriteString("type", problem.Status switch
            {
                StatusCodes.Status401Unauthorized => "authentication_error",
                StatusCodes.Status403Forbidden => "permission_error",
                StatusCodes.Status429TooManyRequests => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            });
            json.WriteString("param", problem.Field);
            json.WriteString("code", problem.Type.Replace('-', '_'));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            write(json);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
