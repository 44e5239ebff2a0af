using System.Runtime.InteropServices;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Benchmarks.Adapters;

/// <summary>A LoRA adapter with random factors on every projection of a model: it decides nothing useful, and costs what a trained one costs.</summary>
internal static class RandomAdapter
{
    public static void Write(string model, string path, int rank, int seed)
    {
        var random = new Random(seed);
        using var file = GgufFile.Open(model);
        var writer = new GgufWriter();
        writer.Set("general.architecture", file.Metadata["general.architecture"].AsString());
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", (float)rank);
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name.StartsWith("blk.", StringComparison.Ordinal) && tensor.Dimensions is [var inputs, var outputs])
            {
                Add(tensor.Name + ".lora_a", inputs, rank);
                Add(tensor.Name + ".lora_b", rank, outputs);
            }
        }

        writer.Write(path);

        void Add(string name, long first, long second)
        {
            var values = new float[first * second];
            foreach (ref var value in values.AsSpan())
            {
                value = (random.NextSingle() - 0.5f) * 0.02f;
            }

            writer.AddTensor(name, GgmlType.F32, [first, second], stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
        }
    }
}
