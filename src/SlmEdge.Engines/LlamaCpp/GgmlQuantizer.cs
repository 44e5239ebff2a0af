using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// ggml's own quantisation of rows of a matrix, the one inside <see cref="LlamaQuantizer"/>, for callers that stream a model and never hold
/// a whole tensor. Thread-safe.
/// </summary>
public static class GgmlQuantizer
{
    /// <summary>Quantises whole rows.</summary>
    /// <param name="type">A block type, for example <see cref="GgmlType.Q4_K"/>.</param>
    /// <param name="rows">Row-major values.</param>
    /// <param name="columns">Values of a row; a multiple of the type's block size.</param>
    /// <param name="destination">Receives the blocks, <see cref="GgmlTypes.ByteLength"/> bytes.</param>
    /// <param name="threads">Most threads; 0 takes all cores.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="Engines.Native.NativeLibraryMissingException">llama.cpp is not installed.</exception>
    public static unsafe void Quantize(GgmlType type, ReadOnlySpan<float> rows, int columns, Span<byte> destination, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        int count = rows.Length / columns;
        int rowBytes = (int)GgmlTypes.ByteLength(type, [columns]);
        if (count * columns != rows.Length || destination.Length != count * rowBytes)
        {
            throw new ArgumentException($"{rows.Length} values are not whole rows of {columns}, or do not make {destination.Length} bytes of {type}.", nameof(rows));
        }

        LlamaBackend.EnsureLoaded();
        fixed (float* source = rows)
        fixed (byte* target = destination)
        {
            float* from = source;
            byte* to = target;
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? -1 : threads }, row =>
                GgmlNative.ggml_quantize_chunk((int)type, from + ((long)row * columns), to + ((long)row * rowBytes), 0, 1, columns, null));
        }
    }
}
