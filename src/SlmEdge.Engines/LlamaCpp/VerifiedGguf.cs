using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>The gate in front of llama.cpp: a GGUF file that managed code has not checked does not reach native code.</summary>
internal static class VerifiedGguf
{
    /// <exception cref="EngineException">The file does not exist.</exception>
    /// <exception cref="ModelFormatException">The file is damaged, or one part of several.</exception>
    internal static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!File.Exists(path))
        {
            throw new EngineException($"The model file '{path}' does not exist.");
        }

        GgufFile.Verify(path);
        using var file = GgufFile.Open(path);

        // llama.cpp would open the other parts by itself, unchecked.
        if (file.Metadata.TryGetValue("split.count", out var parts) && parts.AsInt64() > 1)
        {
            throw new ModelFormatException($"is one of {parts.AsInt64()} parts; merge them into one file first", path, "split.count");
        }

        // ggml asserts this, which would end the process.
        foreach (var (key, value) in file.Metadata)
        {
            if (key.EndsWith("layer_norm_rms_epsilon", StringComparison.Ordinal) && value.AsDouble() is var epsilon && !(epsilon is >= 0 and < 1))
            {
                throw new ModelFormatException($"is {epsilon}, must be from 0 to 1", path, key);
            }
        }
    }
}
