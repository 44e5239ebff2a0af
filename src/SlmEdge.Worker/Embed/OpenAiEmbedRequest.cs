using System.Text.Json;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.OpenAi;

namespace SlmEdge.Worker.Embed;

/// <summary>The body of OpenAI's <c>POST /v1/embeddings</c>.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="IsList">Whether they came as a list.</param>
/// <param name="IsBase64">Whether vectors are wanted as base64 of little-endian 32-bit floats instead of numbers.</param>
/// <param name="Dimensions">Numbers of a vector that the client counts on; null where it takes what there is.</param>
internal sealed record OpenAiEmbedRequest(IReadOnlyList<string> Texts, bool IsList, bool IsBase64, int? Dimensions)
{
    public static OpenAiEmbedRequest Parse(JsonElement root, string model, int maxTexts)
    {
        Models.Require(root, model);
        if (!root.TryGet("input", out var input))
        {
            throw HttpProblem.Bad("missing-field", "Missing field", "The field 'input' (a string or a list of strings) is missing.", "input");
        }

        var isList = input.ValueKind == JsonValueKind.Array;
        if (isList && input.GetArrayLength() > 0 && input[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array)
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "'input' has to be text; lists of tokens are not taken.", "input");
        }

        var format = root.FindText("encoding_format") ?? "float";
        if (format is not ("float" or "base64"))
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "'encoding_format' has to be 'float' or 'base64'.", "encoding_format");
        }

        return new OpenAiEmbedRequest(
            isList ? input.AsTexts("input", maxTexts) : [input.AsText("input")], isList, format == "base64", root.FindInteger("dimensions", 1, int.MaxValue));
    }
}
