using System.Text.Json;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Classify;

/// <summary>The body of <c>POST /v1/classify</c>.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="IsList">Whether they came as <c>texts</c>.</param>
/// <param name="Top">How many scores to answer with; 0 for all.</param>
/// <param name="Details">Whether to answer with bundle, engine and times too.</param>
/// <param name="Adapter">The adapter that is to decide; null for the model itself.</param>
internal sealed record ClassifyRequest(IReadOnlyList<string> Texts, bool IsList, int Top, bool Details, string? Adapter)
{
    public static ClassifyRequest Parse(JsonElement root, int maxTexts, AdapterServing adapters)
    {
        var (texts, isList) = root.ReadTextOrTexts(maxTexts);
        var top = root.FindInteger("top", 1, int.MaxValue) ?? 0;
        var details = root.FindFlag("details") ?? false;
        return new ClassifyRequest(texts, isList, top, details, root.ReadAdapter(adapters));
    }
}
