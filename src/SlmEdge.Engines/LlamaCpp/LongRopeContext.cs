using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// Which of LongRoPE's divisors llama.cpp takes. It decides by the size of its memory, which holds a whole batch here and is far larger than any sequence may be;
/// a model that is opened for sequences within its original context would be computed with the divisors of longer ones.
/// </summary>
internal static class LongRopeContext
{
    /// <summary>The key by which llama.cpp is to be told of a larger original context, or null where it decides rightly.</summary>
    /// <param name="path">The model, checked.</param>
    /// <param name="contextLength">Longest sequence that will be evaluated, in tokens; 0 for the model's context, at most <paramref name="limit"/>.</param>
    /// <param name="limit">Bound of the default.</param>
    public static string? KeyToRaise(string path, int contextLength, int limit)
    {
        using var file = GgufFile.Open(path);
        if (file.Tensors.All(t => t.Name != "rope_factors_short.weight"))
        {
            return null;
        }

        var architecture = file.Metadata["general.architecture"].AsString();
        var key = $"{architecture}.rope.scaling.original_context_length";
        if (!file.Metadata.TryGetValue(key, out var original) || !file.Metadata.TryGetValue($"{architecture}.context_length", out var trained))
        {
            return null;
        }

        var longest = contextLength == 0 ? Math.Min(trained.AsInt64(), limit) : contextLength;
        return longest <= original.AsInt64() ? key : null;
    }
}
