using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>Reads the texts that a request asks about: one, or a bounded list.</summary>
internal static class TextsField
{
    /// <summary>Reads <c>text</c> or <c>texts</c>.</summary>
    /// <returns>The texts, and whether they came as a list.</returns>
    /// <exception cref="HttpProblem">Both or none are there, or they are no texts, or too many.</exception>
    public static (IReadOnlyList<string> Texts, bool IsList) ReadTextOrTexts(this JsonElement root, int most)
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

        return hasText ? ([text.AsText("text")], false) : (texts.AsTexts("texts", most), true);
    }

    /// <summary>A value that has to be a list of texts, with one at least.</summary>
    public static IReadOnlyList<string> AsTexts(this JsonElement value, string name, int most)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(name, "a list of strings", value);
        }

        var count = value.GetArrayLength();
        if (count == 0)
        {
            throw HttpProblem.Bad("empty-text", "No texts", $"'{name}' is an empty list.", name);
        }

        if (count > most)
        {
            throw new HttpProblem(
                StatusCodes.Status413PayloadTooLarge, "too-many-texts", "Too many texts", $"The request has {count} texts; at most {most} are allowed. Send them in several requests.");
        }

        var list = new string[count];
        var i = 0;
        foreach (var item in value.EnumerateArray())
        {
            list[i] = item.AsText($"{name}[{i}]");
            i++;
        }

        return list;
    }
}
