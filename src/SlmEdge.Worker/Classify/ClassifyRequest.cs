using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Classify;

/// <summary>The body of <c>POST /v1/classify</c>.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="IsList">Whether they came as <c>texts</c>.</param>
/// <param name="Top">How many scores to answer with; 0 for all.</param>
/// <param name="Details">Whether to answer with bundle, engine and times too.</param>
internal sealed record ClassifyRequest(IReadOnlyList<string> Texts, bool IsList, int Top, bool Details)
{
    /// <summary>The adapter that is to decide; null for the model itself, or what the key leads to.</summary>
    public string? Adapter { get; private init; }

    /// <summary>What has to be treated alike where requests are shared out among adapters.</summary>
    public string? Key { get; private init; }

    public static ClassifyRequest Parse(JsonElement root, int maxTexts)
    {
        var hasText = root.TryGetProperty("text", out var text);
        var hasTexts = root.TryGetProperty("texts", out var texts);
        if (hasText == hasTexts)
        {
            throw HttpProblem.Bad(
                "missing-field",
                hasText ? "Two fields" : "Missing field",
                hasText ? "The body has both 'text' and 'texts'; give one of them." : "The body has neither 'text' (one string) nor 'texts' (a list of strings).");
        }

        var top = root.FindInteger("top", 1, int.MaxValue) ?? 0;
        var details = root.FindFlag("details") ?? false;
        var adapter = root.FindText("adapter");
        var key = root.FindText("key");
        if (adapter is not null && key is not null)
        {
            throw HttpProblem.Bad("wrong-shape", "Wrong shape", "The body has both 'adapter' and 'key', which chooses one; give one of them.", "key");
        }

        if (hasText)
        {
            return new ClassifyRequest([text.AsText("text")], false, top, details) { Adapter = adapter, Key = key };
        }

        if (texts.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong("texts", "a list of strings", texts);
        }

        var count = texts.GetArrayLength();
        if (count == 0)
        {
            throw HttpProblem.Bad("empty-text", "No texts", "'texts' is an empty list.");
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
            list[i] = item.AsText($"texts[{i}]");
            i++;
        }

        return new ClassifyRequest(list, true, top, details) { Adapter = adapter, Key = key };
    }
}
