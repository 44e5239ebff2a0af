using System.Runtime.InteropServices;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Numerics;

namespace SlmEdge.Export.Gguf;

/// <summary>Writes a model as an unquantised GGUF file, tensor by tensor.</summary>
internal static class GgufModelWriter
{
    /// <param name="weights">The model.</param>
    /// <param name="path">The file; it appears only when it is complete.</param>
    /// <param name="type">F32, F16 or BF16; one-dimensional tensors stay F32 as llama.cpp's converter has it.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors.</param>
    public static void Write(ModelWeights weights, string path, GgmlType type, IProgress<ExportProgress>? progress, CancellationToken ct)
    {
        DecoderConfig config = weights.Config;
        var writer = new GgufWriter();
        GgufModelMetadata.Write(writer, weights, type);
        GgufVocabulary.Apply(writer, LoadTokenizer(weights), config.VocabSize);
        if (config.RopeScaling is { } scaling)
        {
            float[] divisors = [.. Enumerable.Range(0, config.HeadDim / 2).Select(i => (float)scaling.Divisor(Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim)))];
            writer.AddTensor("rope_freqs.weight", GgmlType.F32, [divisors.Length], stream => WriteValues(stream, divisors, GgmlType.F32));
        }

        int done = 0;
        foreach (string name in weights.Names)
        {
            long[] shape = weights.Shapes[name];
            GgmlType stored = shape.Length == 1 ? GgmlType.F32 : type;
            writer.AddTensor(GgufTensorNames.FromHuggingFace(name), stored, [.. shape.Reverse()], stream =>
            {
                ct.ThrowIfCancellationRequested();
                progress?.Report(new ExportProgress(name, done++, weights.Names.Count));
                float[] values = weights.Read(name);
                int heads = RotaryLayout.HeadsToInterleave(name, config);
                WriteValues(stream, heads == 0 ? values : RotaryLayout.Interleave(values, (int)shape[1], heads), stored);
            });
        }

        writer.Write(path);
    }

    /// <summary>Writes an adapter's factors as F32.</summary>
    public static void WriteAdapter(LoraFactors lora, string name, DecoderConfig config, string path, CancellationToken ct)
    {
        var writer = new GgufWriter();
        GgufModelMetadata.WriteAdapter(writer, config.Family.GgufArchitecture, name, lora.Alpha);
        foreach (var (target, pair) in lora.Pairs)
        {
            string mapped = GgufTensorNames.FromHuggingFace(target);
            int heads = RotaryLayout.HeadsToInterleave(target, config);

            // Only B has the rows that the rotation pairs.
            float[] b = heads == 0 ? pair.B : RotaryLayout.Interleave(pair.B, pair.Rank, heads);
            writer.AddTensor(mapped + ".lora_a", GgmlType.F32, [pair.Columns, pair.Rank], stream =>
            {
                ct.ThrowIfCancellationRequested();
                WriteValues(stream, pair.A, GgmlType.F32);
            });
            writer.AddTensor(mapped + ".lora_b", GgmlType.F32, [pair.Rank, pair.Rows], stream => WriteValues(stream, b, GgmlType.F32));
        }

        writer.Write(path);
    }

    private static HuggingFaceTokenizer LoadTokenizer(ModelWeights weights)
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(weights.Directory);
        if (tokenizer.TokenCount > weights.Config.VocabSize)
        {
            throw new ExportException(
                $"The tokenizer of '{weights.Directory}' has {tokenizer.TokenCount} tokens, its model embeddings for {weights.Config.VocabSize} only. They do not belong together.");
        }

        return tokenizer;
    }

    private static void WriteValues(Stream stream, float[] values, GgmlType type)
    {
        const int Chunk = 1 << 20;
        ushort[] buffer = type == GgmlType.F32 ? [] : new ushort[Math.Min(Chunk, values.Length)];
        for (int done = 0; done < values.Length; done += Chunk)
        {
            ReadOnlySpan<float> part = values.AsSpan(done, Math.Min(Chunk, values.Length - done));
            if (type == GgmlType.F32)
            {
                stream.Write(MemoryMarshal.AsBytes(part));
                continue;
            }

            Span<ushort> rounded = buffer.AsSpan(0, part.Length);
            if (type == GgmlType.BF16)
            {
                BFloat16Conversion.FromSingle(part, rounded);
            }
            else
            {
                Float16Conversion.FromSingle(part, rounded);
            }

            stream.Write(MemoryMarshal.AsBytes(rounded));
        }
    }
}
