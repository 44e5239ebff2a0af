using System.Text.Json;
using SlmEdge.Bundles.Drift;

namespace SlmEdge.Worker.Tests.Drift;

/// <summary>A bundle with a reference that was made of the model's own decisions about small stories.</summary>
internal static class WatchedBundle
{
    public const int Window = 60;

    private static readonly string[] Who = ["The dog", "A cat", "Lily", "Tom", "Mom", "The bird", "A boy", "Her friend"];
    private static readonly string[] What = ["saw", "ate", "lost", "found", "hugged", "wanted", "made", "liked"];
    private static readonly string[] Whom = ["a red ball", "the cake", "an apple", "his toy", "the big tree", "a little house", "the soup", "some flowers"];

    public static DriftOptions Options { get; } = new() { Window = Window, Step = 10, StretchTexts = 500, Simulations = 100 };

    public static TinyBundle Create()
    {
        using var plain = TinyBundle.Create();
        using var runtime = plain.Open();
        var decisions = runtime.Classifier.ClassifyAsync(Usual(200, seed: 1)).GetAwaiter().GetResult();
        var rows = decisions.Select((decision, i) => new DriftRow(Array.IndexOf(TinyBundle.Labels, decision.Scores[0].Label), decision.Confidence, i % 2 == 0, decision.Tokens)
        {
            Scores = [.. decision.Scores.Select(score => new DriftScore(Array.IndexOf(TinyBundle.Labels, score.Label), score.Probability))],
        });
        var reference = DriftReferenceBuilder.Create([.. rows], TinyBundle.Labels.Length, [], Options);
        var file = Path.Combine(plain.Folder, DriftReference.FileName);
        File.WriteAllBytes(file, reference.ToUtf8());
        return TinyBundle.Create(drift: file);
    }

    /// <summary>Stories like those of the reference.</summary>
    public static string[] Usual(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => $"{Who[random.Next(8)]} {What[random.Next(8)]} {Whom[random.Next(8)]}.")];
    }

    /// <summary>Texts in another language.</summary>
    public static string[] Strange(int count) => [.. Enumerable.Range(0, count).Select(i => $"Der Schlauch Nr. {i} am Zylinder ist undicht und muß dringend getauscht werden!")];

    public static async Task AskAsync(HttpClient client, string[] texts)
    {
        using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new { texts }));
        body.Headers.ContentType = new("application/json");
        (await client.PostAsync(new Uri("/v1/classify", UriKind.Relative), body)).EnsureSuccessStatusCode();
    }
}
