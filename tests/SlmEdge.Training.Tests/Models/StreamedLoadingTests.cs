using System.Text.Json.Nodes;
using SlmEdge.Formats;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Models;

public sealed class StreamedLoadingTests : IDisposable
{
    private static readonly int[] Sequence = [5, 17, 3, 88, 41, 9, 62, 30, 11];

    private readonly TemporaryDirectory _place = new();

    [Theory]
    [InlineData(SafetensorsType.F32)]
    [InlineData(SafetensorsType.BF16)]
    [InlineData(SafetensorsType.F16)]
    public void A_frozen_base_in_its_stored_type_gives_the_logits_of_fp32_bit_for_bit(SafetensorsType type)
    {
        var directory = Write(type);
        using var whole = ModelDirectory.Load(directory);
        using var frozen = ModelDirectory.Load(directory, WeightForms.Frozen);
        frozen.Embedding.dtype.ShouldBe(type switch { SafetensorsType.BF16 => ScalarType.BFloat16, SafetensorsType.F16 => ScalarType.Float16, _ => ScalarType.Float32 });
        Logits(frozen).ShouldBe(Logits(whole));
    }

    [Fact]
    public void Quantising_while_reading_gives_what_quantising_afterwards_gives()
    {
        var directory = Write(SafetensorsType.BF16);
        using var afterwards = ModelDirectory.Load(directory);
        afterwards.ReplaceWeights(Nf4Weight.Quantize);
        using var streamed = ModelDirectory.Load(directory, WeightForms.Nf4);
        streamed.Linears.ShouldAllBe(l => ((BlockWeight)l.Weight).Matrix is Nf4Matrix);
        streamed.Parameters.ShouldNotContain(p => p.Key.EndsWith("_proj.weight", StringComparison.Ordinal));
        Logits(streamed).ShouldBe(Logits(afterwards));
    }

    [Fact]
    public void A_tensor_larger_than_one_part_is_read_whole()
    {
        var values = Enumerable.Range(0, (StoredTensor.PartLength * 2) + 192).Select(i => (float)Math.Sin(i)).ToArray();
        var path = _place.At("large.safetensors");
        SafetensorsWriter.Write(path, [SafetensorsEntry.FromFloat32("w", [values.Length / 64, 64], SafetensorsType.F32, values)]);
        using var file = SafetensorsCollection.Open(path);
        var stored = new SafetensorsTensorReader(file, file.Tensors["w"]);
        using var read = WeightForms.ReadFloat32(stored, CPU);
        ModelDirectory.ReadValues(read).ShouldBe(values);

        var expected = new float[values.Length];
        new Nf4Matrix(values.Length / 64, 64, values).Dequantize(expected);
        var streamed = new float[values.Length];
        Nf4Matrix.Read(stored).Dequantize(streamed);
        streamed.ShouldBe(expected);
    }

    [Fact]
    public void Shards_load_as_one_file_does_and_a_missing_one_is_named()
    {
        var directory = Write(SafetensorsType.BF16);
        var expected = Loaded(directory);
        Shard(directory);
        Loaded(directory).ShouldBe(expected);

        File.Delete(Path.Combine(directory, "model-00002-of-00002.safetensors"));
        Refusal(directory).ShouldContain("model-00002-of-00002.safetensors");
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused_by_name()
    {
        var directory = Write(SafetensorsType.F32);
        Rewrite(directory, e => e.Name.EndsWith("1.mlp.up_proj.weight", StringComparison.Ordinal) ? Floats(e.Name, [64, 128]) : e);
        var message = Refusal(directory);
        message.ShouldContain("model.layers.1.mlp.up_proj.weight");
        message.ShouldContain("[64, 128]");
        message.ShouldContain("[128, 64]");
    }

    [Fact]
    public void A_tensor_of_integers_is_refused_by_name()
    {
        var directory = Write(SafetensorsType.F32);
        const string Name = "model.layers.0.self_attn.o_proj.weight";
        Rewrite(directory, e => e.Name == Name ? new SafetensorsEntry(Name, SafetensorsType.I8, [64, 64], s => s.Write(new byte[64 * 64])) : e);
        foreach (var forms in new[] { WeightForms.Float32, WeightForms.Frozen, WeightForms.Nf4 })
        {
            var error = Should.Throw<ModelFormatException>(() => ModelDirectory.Load(directory, forms));
            error.Message.ShouldContain(Name);
            error.Message.ShouldContain("I8");
        }
    }

    [Fact]
    public void A_tensor_under_another_name_is_refused_and_so_is_one_that_the_model_does_not_have()
    {
        var directory = Write(SafetensorsType.F32);
        Rewrite(directory, e => e.Name == "model.norm.weight" ? Floats("model.final_norm.weight", [64]) : e);
        Refusal(directory).ShouldContain("model.final_norm.weight");

        directory = Write(SafetensorsType.F32);
        Rewrite(directory, e => e, Floats("model.layers.0.self_attn.q_proj.bias", [64]));
        Refusal(directory).ShouldContain("model.layers.0.self_attn.q_proj.bias");

        directory = Write(SafetensorsType.F32);
        Rewrite(directory, e => e.Name == "model.norm.weight" ? null : e);
        Refusal(directory).ShouldContain("model.norm.weight");
    }

    public void Dispose() => _place.Dispose();

    private static float[] Logits(DecoderModel model)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return ModelDirectory.ReadValues(model.Logits(model.Forward(new PackedSequences([Sequence]))));
    }

    private static float[] Loaded(string directory)
    {
        using var model = ModelDirectory.Load(directory, WeightForms.Nf4);
        return Logits(model);
    }

    private static string Refusal(string directory) => Should.Throw<ModelFormatException>(() => ModelDirectory.Load(directory, WeightForms.Nf4).Dispose()).Message;

    private string Write(SafetensorsType type)
    {
        var directory = System.IO.Directory.CreateDirectory(_place.At(Guid.NewGuid().ToString("N"))).FullName;
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97, tied: false), 3, 0.08);
        ModelDirectory.Save(model, directory, type);
        return directory;
    }

    private static SafetensorsEntry Floats(string name, long[] shape) =>
        SafetensorsEntry.FromFloat32(name, shape, SafetensorsType.F32, new float[shape.Aggregate(1L, (a, b) => a * b)]);

    private static void Rewrite(string directory, Func<SafetensorsEntry, SafetensorsEntry?> change, params SafetensorsEntry[] more)
    {
        var path = Path.Combine(directory, "model.safetensors");
        var entries = Entries(path).Select(change).OfType<SafetensorsEntry>().Concat(more).ToArray();
        SafetensorsWriter.Write(path, entries);
    }

    private static void Shard(string directory)
    {
        var path = Path.Combine(directory, "model.safetensors");
        var entries = Entries(path);
        var map = new JsonObject();
        foreach (var (part, index) in entries.Chunk((entries.Length + 1) / 2).Select((part, index) => (part, index)))
        {
            var name = $"model-0000{index + 1}-of-00002.safetensors";
            SafetensorsWriter.Write(Path.Combine(directory, name), part);
            foreach (var entry in part)
            {
                map.Add(entry.Name, name);
            }
        }

        File.WriteAllText(path + ".index.json", new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        File.Delete(path);
    }

    private static SafetensorsEntry[] Entries(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.Tensors.Values.Select(t =>
        {
            var bytes = file.GetBytes(t.Name).ToArray();
            return new SafetensorsEntry(t.Name, t.Type, [.. t.Shape], s => s.Write(bytes));
        })];
    }
}
