using System.Text;
using System.Text.Json;

namespace SlmEdge.Worker.Broker;

/// <summary>The body of a message: <c>{"text": …, "id": …}</c> or plain UTF-8 text.</summary>
/// <param name="Text">The text to decide; null where the body is none.</param>
/// <param name="Id">The id in the body, for devices whose protocol has no place for one.</param>
/// <param name="Reason">Why there is no text.</param>
internal sealed record BrokerMessage(string? Text, string? Id, string? Reason)
{
    private const int LongestId = 255;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a body. Never throws: what is wrong with it is in <see cref="Reason"/>.</summary>
    public static BrokerMessage Parse(ReadOnlyMemory<byte> body, int mostBytes)
    {
        if (body.Length > mostBytes)
        {
            return Bad($"The message has {body.Length} bytes; {mostBytes} are allowed.");
        }

        try
        {
            if (body.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
            {
                return new BrokerMessage(Strict.GetString(body.Span), null, null);
            }

            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            if (!json.RootElement.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String)
            {
                return Bad("The message has no 'text'.");
            }

            var id = json.RootElement.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
            return id is { Length: > LongestId or 0 } ? Bad($"The 'id' has to have 1 to {LongestId} characters.") : new BrokerMessage(text.GetString(), id, null);
        }
        catch (Exception error) when (error is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            return Bad($"The message is neither JSON nor UTF-8 text: {error.Message}");
        }
    }

    private static BrokerMessage Bad(string reason) => new(null, null, reason);
}
