using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>The body of <c>POST /v1/classify</c>.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="IsList">Whether they came as <c>texts</c>.</param>
/// <param name="Top">How many scores to answer with; 0 for all.</param>
internal sealed record ClassifyRequest(IReadOnlyList<string> Texts, bool IsList, int Top)
{
    public static async Task<ClassifyRequest> ReadAsync(HttpContext context, int maxTexts)
    {
        if (!context.Request.HasJsonContentType())
        {
            // Anything else could be sent by a form on any web page that the browser on this machine shows.
            throw new HttpProblem(
                StatusCodes.Status415UnsupportedMediaType, "not-json", "Not JSON", "Send the body with the header 'Content-Type: application/json'.");
        }

        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, context.RequestAborted).ConfigureAwait(false);
            return Parse(document.RootElement, maxTexts);
        }
        catch (JsonException error)
        {
            throw Bad("malformed-json", "Malformed JSON", $"The body is not JSON: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            throw Bad("not-unicode", "Not Unicode", $"The body holds text that is not valid Unicode: {error.Message}");
        }
    }

    private static ClassifyRequest Parse(JsonElement root, int maxTexts)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Bad("wrong-shape", "Wrong shape", $"The body has to be an object such as {{\"text\": \"…\"}}, not {Name(root)}.");
        }

        var hasText = root.TryGetProperty("text", out var text);
        var hasTexts = root.TryGetProperty("texts", out var texts);
        if (hasText == hasTexts)
        {
            throw Bad(
                "missing-field",
                hasText ? "Two fields" : "Missing field",
                hasText ? "The body has both 'text' and 'texts'; give one of them." : "The body has neither 'text' (one string) nor 'texts' (a list of strings).");
        }

        var top = ReadTop(root);
        if (hasText)
        {
            return new ClassifyRequest([Text(text, "text")], false, top);
        }

        if (texts.ValueKind != JsonValueKind.Array)
        {
            throw Bad("wrong-shape", "Wrong shape", $"'texts' has to be a list of strings, not {Name(texts)}.");
        }

        var count = texts.GetArrayLength();
        if (count == 0)
        {
            throw Bad("empty-text", "No texts", "'texts' is an empty list.");
        }

        if (count > maxTexts)
        {
            throw new HttpProblem(
                StatusCodes.Status413PayloadTooLarge, "too-many-texts", "Too many texts", $"The request has {count} texts; at most {maxTexts} are allowed. Send them in several requests.");
        }

        var list = new string[count];
        var i = 0;
        foreach (var item in texts.EnumerateArray())
        {
            list[i] = Text(item, $"texts[{i}]");
            i++;
        }

        return new ClassifyRequest(list, true, top);
    }

    private static int ReadTop(JsonElement root) =>
        !root.TryGetProperty("top", out var top) ? 0
        : top.ValueKind == JsonValueKind.Number && top.TryGetInt32(out var count) && count > 0 ? count
        : throw Bad("wrong-shape", "Wrong shape", "'top' has to be a whole number above 0.");

    private static string Text(JsonElement value, string field) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Bad("wrong-shape", "Wrong shape", $"'{field}' has to be a string, not {Name(value)}.");

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static HttpProblem Bad(string type, string title, string detail) => new(StatusCodes.Status400BadRequest, type, title, detail);
}
