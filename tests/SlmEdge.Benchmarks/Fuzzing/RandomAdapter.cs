using System.Runtime.InteropServices;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>An adapter of small random factors that fits a GGUF model.</summary>
internal static class RandomAdapter
{
    private const int Rank = 2;

    public static void Write(string modelPath, string path)
    {
        using var model = GgufFile.Open(modelPath);
        var random = new Random(1);
        var writer = new GgufWriter();
        writer.Set("general.type", "adapter");
        writer.Set("general.architecture", model.Metadata["general.architecture"].AsString());
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", 4f);
        new GgufAdapterIdentity("random", "1", new string('a', 64), new string('b', 64), null, null).Apply(writer);
        foreach (var tensor in model.Tensors.Where(tensor => tensor.Name.StartsWith("blk.0.", StringComparison.Ordinal) && tensor.Dimensions.Count == 2))
        {
            writer.AddTensor(tensor.Name + ".lora_a", GgmlType.F32, [tensor.Dimensions[0], Rank], stream => Fill(stream, tensor.Dimensions[0] * Rank, random));
            writer.AddTensor(tensor.Name + ".lora_b", GgmlType.F32, [Rank, tensor.Dimensions[1]], stream => Fill(stream, Rank * tensor.Dimensions[1], random));
        }

        writer.Write(path);
    }

    private static void Fill(Stream stream, long count, Random random)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() - 0.5f) / 100;
        }

        stream.Write(MemoryMarshal.AsBytes<float>(values));
    }
}
