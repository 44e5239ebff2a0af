using System.Text.Json;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.OpenAi;

/// <summary>
/// Reads the fields that both routes for completions have. What changes the answer and cannot be done here is refused by name; what does not change it
/// (<c>user</c>, <c>metadata</c>, <c>store</c> and the like) is passed over.
/// </summary>
internal static class CompletionFields
{
    /// <summary>Refuses fields that ask for something which the service does not do. Their empty values ask for nothing.</summary>
    public static void Refuse(JsonElement root, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (root.TryGet(name, out var value) && !IsNothing(value))
            {
                throw HttpProblem.Bad("unsupported", "Unsupported", $"'{name}' is not supported here; leave it out.", name);
            }
        }
    }

    /// <summary>Refuses more than one answer.</summary>
    public static void RequireOne(JsonElement root, string name)
    {
        if (root.FindInteger(name, 1, int.MaxValue) is > 1)
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", $"'{name}' has to be 1: one answer is written for a request. Send several requests; they are evaluated together.", name);
        }
    }

    public static SamplingOptions ReadSampling(JsonElement root)
    {
        var temperature = root.FindNumber("temperature", 0, 2);
        var topP = root.FindNumber("top_p", 0, 1);
        var topK = root.FindInteger("top_k", 0, int.MaxValue);
        var seed = ReadSeed(root);
        return new SamplingOptions
        {
            // Who sets how to draw without a temperature wants to draw: greedily it would have no effect.
            Temperature = temperature ?? (topP is not null || topK is not null || seed is not null ? 1 : 0),
            TopP = Math.Max(topP ?? 1, 1e-6f), // At 0 the likeliest token alone is left, as with any value below its probability.
            TopK = topK ?? 0,
            MinP = root.FindNumber("min_p", 0, 1) ?? 0,
            RepetitionPenalty = root.FindNumber("repetition_penalty", 0.01f, 100) ?? 1,
            PresencePenalty = root.FindNumber("presence_penalty", -2, 2) ?? 0,
            FrequencyPenalty = root.FindNumber("frequency_penalty", -2, 2) ?? 0,
            Seed = seed ?? SamplingOptions.Greedy.Seed,
        };
    }

    public static IReadOnlyList<string> ReadStop(JsonElement root)
    {
        var stop = root.FindTexts("stop", GenerationOptions.MaxStopStrings);
        return stop.Any(string.IsNullOrEmpty) ? throw HttpProblem.Bad("wrong-shape", "Wrong shape", "'stop' holds an empty string, which would end every answer.", "stop") : stop;
    }

    public static bool ReadIncludeUsage(JsonElement root, bool stream)
    {
        if (!root.TryGet("stream_options", out var options))
        {
            return false;
        }

        if (options.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong("stream_options", "an object", options);
        }

        return stream
            ? options.FindFlag("include_usage") ?? false
            : throw HttpProblem.Bad("wrong-shape", "Wrong shape", "'stream_options' is only for streams; set 'stream' to true or leave it out.", "stream_options");
    }

    // Clients send 64 bits; the sampler's seed has 32.
    private static uint? ReadSeed(JsonElement root)
    {
        if (!root.TryGet("seed", out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seed) ? (uint)(seed ^ (seed >> 32)) : throw JsonFields.Wrong("seed", "a whole number", value);
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}
