using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>Reads the body of a request: one JSON object, of bounded depth, in which nothing stands twice.</summary>
internal static class JsonBody
{
    /// <summary>Reads the body and makes something of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="parse">Reads the object; it is valid only within.</param>
    /// <param name="maxDepth">Most levels of nesting.</param>
    /// <exception cref="HttpProblem">The body says that it is no JSON, is none, or is no object.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, Func<JsonElement, T> parse, int maxDepth = 16)
    {
        if (!context.Request.HasJsonContentType())
        {
            // Anything else could be sent by a form on any web page that the browser on this machine shows.
            throw new HttpProblem(
                StatusCodes.Status415UnsupportedMediaType, "not-json", "Not JSON", "Send the body with the header 'Content-Type: application/json'.");
        }

        try
        {
            var options = new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false };
            using var document = await JsonDocument.ParseAsync(context.Request.Body, options, context.RequestAborted).ConfigureAwait(false);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? parse(root)
                : throw HttpProblem.Bad("wrong-shape", "Wrong shape", $"The body has to be an object, not {root.NameOfKind()}.");
        }
        catch (JsonException error)
        {
            throw HttpProblem.Bad("malformed-json", "Malformed JSON", $"The body is not JSON: {error.Message}");
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            // A chunk's size that overflows, or a client that went away: whichever, the body did not arrive.
            throw HttpProblem.Bad("bad-request", "Bad request", $"The body cannot be read: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            // What System.Text.Json answers when a string is read that is no Unicode.
            throw HttpProblem.Bad("not-unicode", "Not Unicode", $"The body holds text that is not valid Unicode: {error.Message}");
        }
    }
}
