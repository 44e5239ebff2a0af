using System.Buffers;
using System.Runtime.InteropServices;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Numerics;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Gguf;

/// <summary>Writes a model as a GGUF file, a slab of rows at a time; quantised types are rounded by ggml's own code on the way.</summary>
internal static class GgufModelWriter
{
    /// <param name="weights">The model.</param>
    /// <param name="path">The file; it appears only when it is complete.</param>
    /// <param name="type">The type; one-dimensional tensors stay F32 as llama.cpp's converter has it.</param>
    /// <param name="threads">Threads of the quantiser; 0 takes all cores.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors.</param>
    public static void Write(ModelWeights weights, string path, GgufQuantization type, int threads, IProgress<ExportProgress>? progress, CancellationToken ct) =>
        Write(weights, path, LlamaQuantizer.FileType(type), tensor => GgufTensorTypes.Choose(type, tensor.GgufName, tensor.Shape[1], weights.Config), threads, progress, ct);

    /// <summary>Writes a base in the blocks in which the trainer held it: the file on which its adapter decides as in training.</summary>
    /// <param name="weights">The base as it is stored.</param>
    /// <param name="form">A form of GGUF.</param>
    /// <param name="path">The file; it appears only when it is complete.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors.</param>
    public static void WriteHeld(ModelWeights weights, BaseForm form, string path, IProgress<ExportProgress>? progress, CancellationToken ct) =>
        Write(weights, path, form.FileType(), tensor => form.MatrixType(tensor.IsProjection, tensor.Shape[1]), threads: 0, progress, ct);

    private static void Write(
        ModelWeights weights,
        string path,
        int fileType,
        Func<DecoderTensor, GgmlType> matrixType,
        int threads,
        IProgress<ExportProgress>? progress,
        CancellationToken ct)
    {
        DecoderConfig config = weights.Config;
        var writer = new GgufWriter();
        if (weights.Source is { } source)
        {
            GgufModelMetadata.Copy(writer, source, config, fileType);
        }
        else
        {
            GgufModelMetadata.Write(writer, weights, fileType);
            GgufSamplingMetadata.Write(writer, GenerationConfig.Load(weights.Directory));
            GgufVocabulary.Apply(writer, LoadTokenizer(weights), config.VocabSize);
            foreach (var (name, values) in config.RopeTensors())
            {
                writer.AddTensor(name, GgmlType.F32, [values.Length], stream => WriteValues(stream, values, GgmlType.F32));
            }
        }

        int done = 0;

        // Tensors that GGUF stacks stand side by side and have one name there.
        foreach (DecoderTensor[] stack in DecoderTensors.Of(config).All.GroupBy(t => t.GgufName, (_, tensors) => tensors.ToArray()))
        {
            long[] shape = stack.Length == 1 ? stack[0].Shape : [stack.Length, .. stack[0].Shape];
            GgmlType stored = stack[0].IsProjection || stack[0].Part is DecoderPart.Embedding or DecoderPart.Head ? matrixType(stack[0]) : GgmlType.F32;
            writer.AddTensor(stack[0].GgufName, stored, [.. shape.Reverse()], stream =>
            {
                foreach (DecoderTensor tensor in stack)
                {
                    ct.ThrowIfCancellationRequested();
                    progress?.Report(new ExportProgress(tensor.Name, done++, weights.Names.Count));
                    WriteTensor(stream, weights, tensor, stored, threads);
                }
            });
        }

        writer.Write(path);
    }

    /// <summary>Writes an adapter's factors as F32.</summary>
    public static void WriteAdapter(LoraFactors lora, string name, GgufAdapterIdentity? identity, DecoderConfig config, string path, CancellationToken ct)
    {
        var writer = new GgufWriter();
        GgufModelMetadata.WriteAdapter(writer, config.Family.GgufArchitecture, name, lora.Alpha);
        identity?.Apply(writer);
        DecoderTensors tensors = DecoderTensors.Of(config);
        foreach (var (target, pair) in lora.Pairs)
        {
            // The factors were checked against the base's tensors.
            DecoderTensor tensor = tensors.Find(target)!;
            string mapped = tensor.GgufName;
            int heads = tensor.InterleavedHeads;

            // Only B has the rows that the rotation pairs.
            float[] scaled = lora.ScaledB(pair);
            float[] b = heads == 0 ? scaled : RotaryLayout.Interleave<float>(scaled, pair.Rank, heads);
            writer.AddTensor(mapped + ".lora_a", GgmlType.F32, [pair.Columns, pair.Rank], stream =>
            {
                ct.ThrowIfCancellationRequested();
                WriteValues(stream, pair.A, GgmlType.F32);
            });
            writer.AddTensor(mapped + ".lora_b", GgmlType.F32, [pair.Rank, pair.Rows], stream => WriteValues(stream, b, GgmlType.F32));
        }

        writer.Write(path);
    }

    /// <summary>The tokenizer of a model, which has to belong to it: a token beyond the embedding's rows would be read from outside of it.</summary>
    /// <exception cref="ExportException">It has more tokens than the model has embeddings.</exception>
    internal static HuggingFaceTokenizer LoadTokenizer(ModelWeights weights)
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(weights.Directory);
        if (tokenizer.TokenCount > weights.Config.VocabSize)
        {
            throw new ExportException(
                $"The tokenizer of '{weights.Directory}' has {tokenizer.TokenCount} tokens, its model embeddings for {weights.Config.VocabSize} only. They do not belong together.");
        }

        return tokenizer;
    }

    private static void WriteTensor(Stream stream, ModelWeights weights, DecoderTensor tensor, GgmlType type, int threads)
    {
        if (tensor.Shape.Length == 1)
        {
            WriteValues(stream, tensor.ToGguf(weights.Read(tensor.Name)), type);
            return;
        }

        int columns = (int)tensor.Shape[1];
        int heads = tensor.InterleavedHeads;
        int headRows = heads == 0 ? 1 : (int)tensor.Shape[0] / heads;
        foreach (ReadOnlyMemory<float> slab in weights.Slabs(tensor.Name, headRows))
        {
            ReadOnlySpan<float> values = heads == 0 ? slab.Span : RotaryLayout.Interleave<float>(slab.Span, columns, slab.Length / columns / headRows);
            if (GgmlTypes.BlockSize(type) == 1)
            {
                WriteValues(stream, values, type);
                continue;
            }

            byte[] blocks = ArrayPool<byte>.Shared.Rent((int)GgmlTypes.ByteLength(type, [values.Length]));
            Span<byte> target = blocks.AsSpan(0, (int)GgmlTypes.ByteLength(type, [values.Length]));
            GgmlQuantizer.Quantize(type, values, columns, target, threads);
            stream.Write(target);
            ArrayPool<byte>.Shared.Return(blocks);
        }
    }

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values, GgmlType type)
    {
        const int Chunk = 1 << 20;
        ushort[] buffer = type is not (GgmlType.F16 or GgmlType.BF16) ? [] : new ushort[Math.Min(Chunk, values.Length)];
        for (int done = 0; done < values.Length; done += Chunk)
        {
            ReadOnlySpan<float> part = values.Slice(done, Math.Min(Chunk, values.Length - done));
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
