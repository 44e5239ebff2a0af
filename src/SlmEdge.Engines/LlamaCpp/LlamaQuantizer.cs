using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>Converts the weights of a GGUF model to another type with llama.cpp's own quantiser.</summary>
public static class LlamaQuantizer
{
    /// <summary>Writes a converted copy of a model. The target appears under its name only when it is whole.</summary>
    /// <param name="sourceGguf">A model in F32, F16 or BF16; quantised weights are not quantised again.</param>
    /// <param name="targetGguf">The file to write; an existing one is replaced at the end.</param>
    /// <param name="type">The type to convert to.</param>
    /// <param name="threads">Threads to use; 0 takes the number of physical cores.</param>
    /// <exception cref="EngineException">The source is missing, or llama.cpp cannot convert it.</exception>
    /// <exception cref="IOException">The target's folder cannot be written, or the disk is full.</exception>
    /// <exception cref="NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static void Quantize(string sourceGguf, string targetGguf, GgufQuantization type, int threads = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(targetGguf);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        VerifiedGguf.Check(sourceGguf);
        var target = Path.GetFullPath(targetGguf);
        if (string.Equals(Path.GetFullPath(sourceGguf), target, StringComparison.Ordinal))
        {
            throw new EngineException($"The quantised model cannot replace its source '{sourceGguf}'; name another target.");
        }

        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder '{folder}' of the quantised model does not exist.");
        }

        LlamaBackend.EnsureLoaded();
        var parameters = LlamaNative.llama_model_quantize_default_params();
        parameters.NThread = threads > 0 ? threads : ProcessorTopology.PhysicalCores;
        parameters.Ftype = FileType(type);

        // Beside the target, so that the rename stays within one file system.
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            LlamaLog.Clear();
            if (LlamaNative.llama_model_quantize(sourceGguf, temporary, parameters) != 0)
            {
                throw new EngineException($"llama.cpp cannot convert '{sourceGguf}' to {type}.{LlamaLog.Describe()}");
            }

            // The quantiser closes its stream without looking whether the last bytes were written.
            VerifiedGguf.Check(temporary);
            using (var written = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(written);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // enum llama_ftype of llama.h.
    private static int FileType(GgufQuantization type) => type switch
    {
        GgufQuantization.F32 => 0,
        GgufQuantization.F16 => 1,
        GgufQuantization.Q4_0 => 2,
        GgufQuantization.Q8_0 => 7,
        GgufQuantization.Q4_K_M => 15,
        GgufQuantization.IQ4_NL => 25,
        GgufQuantization.BF16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type that models are converted to."),
    };
}
