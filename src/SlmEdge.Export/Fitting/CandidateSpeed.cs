using System.Diagnostics;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Fitting;

/// <summary>
/// How fast a candidate is on this machine: the prompt's prefix is evaluated before, as on the device. Each figure is the best of several rounds, because
/// other work on the machine only ever adds time.
/// </summary>
/// <param name="LatencyMs">Median time of one text alone, in milliseconds.</param>
/// <param name="TextsPerSecond">Texts per second, all given at once.</param>
internal readonly record struct CandidateSpeed(double LatencyMs, double TextsPerSecond)
{
    private const int Rounds = 5;
    private const int AloneTexts = 20;
    private const int TogetherTexts = 128;

    /// <summary>Measures on some texts.</summary>
    public static CandidateSpeed Measure(StageDefinition stage, TaskDefinition task, StageRendering rendering, IReadOnlyList<string> texts, CancellationToken ct)
    {
        using StageEngine opened = stage.Open();
        ClassificationPrompt prompt = ClassificationPrompt.Create(task, opened.Tokenizer, rendering.Codes.Count > 0 ? rendering.Codes : null);
        int[] prefix = prompt.Prefix;
        int room = opened.Engine.ContextLength - prefix.Length - prompt.Labels.MaxDepth;
        int[][] tokens = [.. texts.Take(TogetherTexts).Select(text => prompt.EncodeText(text, room, out _))];
        float[] scores = new float[tokens.Length * prompt.Labels.LabelCount];
        Score(tokens[..Math.Min(3, tokens.Length)]);
        (double latency, double rate) = (double.PositiveInfinity, 0);
        for (int round = 0; round < Rounds; round++)
        {
            double[] alone = [.. tokens.Take(AloneTexts).Select(text => Score([text])).Order()];
            latency = Math.Min(latency, alone[alone.Length / 2]);
            rate = Math.Max(rate, 1000 * tokens.Length / Score(tokens));
        }

        return new CandidateSpeed(latency, rate);

        double Score(int[][] some)
        {
            ct.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            opened.Engine.ScoreLabels(prefix, some, prompt.Labels, scores.AsSpan(0, some.Length * prompt.Labels.LabelCount), ct);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }
}
