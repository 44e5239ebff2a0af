using System.Text.Json;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Writing;

/// <summary>The fields of a request that say how an answer is written; the same on every route of ours.</summary>
internal static class WritingRequest
{
    /// <summary>Reads <c>temperature</c>, <c>topK</c>, <c>topP</c>, <c>minP</c>, the penalties and <c>seed</c>.</summary>
    public static SamplingOptions ReadSampling(JsonElement root)
    {
        var defaults = SamplingOptions.Greedy;
        return new SamplingOptions
        {
            Temperature = root.FindNumber("temperature", 0, 100) ?? defaults.Temperature,
            TopK = root.FindInteger("topK", 0, int.MaxValue) ?? defaults.TopK,
            TopP = root.FindNumber("topP", 1e-6f, 1) ?? defaults.TopP,
            MinP = root.FindNumber("minP", 0, 1) ?? defaults.MinP,
            RepetitionPenalty = root.FindNumber("repetitionPenalty", 0.01f, 100) ?? defaults.RepetitionPenalty,
            PresencePenalty = root.FindNumber("presencePenalty", -100, 100) ?? defaults.PresencePenalty,
            FrequencyPenalty = root.FindNumber("frequencyPenalty", -100, 100) ?? defaults.FrequencyPenalty,
            Seed = (uint)(root.FindInteger("seed", 0, int.MaxValue) ?? (int)defaults.Seed),
        };
    }

    /// <summary>Reads <c>maxTokens</c>.</summary>
    public static int ReadMaxTokens(JsonElement root, int usual, WorkerOptions options) =>
        root.FindInteger("maxTokens", 1, options.Limits.MaxTokens) ?? Math.Min(usual, options.Limits.MaxTokens);

    /// <summary>Reads strings that end an answer.</summary>
    public static IReadOnlyList<string> ReadStop(JsonElement root)
    {
        var stop = root.FindTexts("stop", GenerationOptions.MaxStopStrings);
        return stop.Any(string.IsNullOrEmpty) ? throw HttpProblem.Bad("wrong-shape", "Wrong shape", "'stop' holds an empty string, which would end every answer.", "stop") : stop;
    }
}
