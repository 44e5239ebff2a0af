using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>The gate in front of llama.cpp: a GGUF file that managed code has not checked does not reach native code.</summary>
internal static class VerifiedGguf
{
    /// <exception cref="EngineException">The file does not exist.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged, or one part of several.</exception>
    internal static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!File.Exists(path))
        {
            throw new EngineException($"The model file '{path}' does not exist.");
        }

        GgufFile.Verify(path);
    }
}
