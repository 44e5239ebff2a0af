using System.Text.Json;

namespace SlmEdge.Teachers.Endpoint;

/// <summary>Reads the JSON of an answer or of an error.</summary>
internal static class EndpointReply
{
    private const int QuotedCharacters = 300;

    /// <summary>Reads an answer.</summary>
    /// <exception cref="EndpointFailure">The body is not such an answer.</exception>
    public static TeacherReply Read(ReadOnlyMemory<byte> body, EndpointApi api)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
            {
                throw new EndpointFailure($"an answer without 'choices' ({Quote(body.Span)})");
            }

            var usage = root.TryGetProperty("usage", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
            return new TeacherReply([.. choices.EnumerateArray().Select(choice => Choice(choice, api))], Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half surrogates in a string are the InvalidOperationException of this parser.
            throw new EndpointFailure($"an answer that is not the JSON it should be ({e.Message}: {Quote(body.Span)})", inner: e);
        }
    }

    /// <summary>What an error's body says, in one short line.</summary>
    public static string Error(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error))
            {
                var text = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message) ? message : error;
                return Shorten(text.ToString());
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON: quoted as it is.
        }

        return Quote(body);
    }

    private static TeacherAnswer Choice(JsonElement choice, EndpointApi api)
    {
        var end = choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString() : null;
        var message = api == EndpointApi.Chat ? Message(choice) : choice;
        return new TeacherAnswer(
            Text(message, api == EndpointApi.Chat ? "content" : "text") ?? string.Empty,
            end switch
            {
                "length" => AnswerEnd.Length,
                "content_filter" => AnswerEnd.Filtered,
                "stop" or null => AnswerEnd.Complete,
                _ => throw new EndpointFailure($"an answer that ended with '{Shorten(end)}'"),
            },
            Text(message, "reasoning_content") ?? Text(message, "reasoning"));
    }

    private static JsonElement Message(JsonElement choice) =>
        choice.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
            ? message
            : throw new EndpointFailure("an answer whose choice has no 'message'");

    private static string? Text(JsonElement message, string key) =>
        message.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Count(JsonElement usage, string key) =>
        usage.ValueKind == JsonValueKind.Object && usage.TryGetProperty(key, out var value) && value.TryGetInt64(out var count) && count > 0 ? count : 0;

    private static string Quote(ReadOnlySpan<byte> body) =>
        body.IsEmpty ? "nothing" : Shorten(System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * QuotedCharacters)]));

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= QuotedCharacters ? line : line[..QuotedCharacters] + "…";
    }
}
