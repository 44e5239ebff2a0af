using System.Diagnostics;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Fitting;

/// <summary>Measures how long one text alone takes: the prompt's prefix is evaluated before, as on the device.</summary>
internal static class OneTextLatency
{
    private const int WarmUp = 3;
    private const int Most = 40;

    /// <summary>The median over some texts, in milliseconds.</summary>
    public static double Measure(StageDefinition stage, TaskDefinition task, StageRendering rendering, IReadOnlyList<string> texts, CancellationToken ct)
    {
        using StageEngine opened = stage.Open();
        ClassificationPrompt prompt = ClassificationPrompt.Create(task, opened.Tokenizer, rendering.Codes.Count > 0 ? rendering.Codes : null);
        int[] prefix = prompt.Prefix;
        int room = opened.Engine.ContextLength - prefix.Length - prompt.Labels.MaxDepth;
        float[] scores = new float[prompt.Labels.LabelCount];
        var times = new List<double>();
        for (int i = -WarmUp; i < Math.Min(Most, texts.Count); i++)
        {
            ct.ThrowIfCancellationRequested();
            int[] tokens = prompt.EncodeText(texts[Math.Max(0, i)], room, out _);
            long start = Stopwatch.GetTimestamp();
            opened.Engine.ScoreLabels(prefix, [tokens], prompt.Labels, scores, ct);
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
