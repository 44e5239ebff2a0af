using System.Text.Json;
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
        var (texts, isList) = root.ReadTextOrTexts(maxTexts);
        var top = root.FindInteger("top", 1, int.MaxValue) ?? 0;
        var details = root.FindFlag("details") ?? false;
        var adapter = root.FindText("adapter");
        var key = root.FindText("key");
        if (adapter is not null && key is not null)
        {
            throw HttpProblem.Bad("wrong-shape", "Wrong shape", "The body has both 'adapter' and 'key', which chooses one; give one of them.", "key");
        }

        return new ClassifyRequest(texts, isList, top, details) { Adapter = adapter, Key = key };
    }
}
