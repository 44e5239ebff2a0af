using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Export.Tests.Weights;

public sealed class ModelWeightsTests
{
    [Fact]
    public void Merged_weight_is_W_plus_alpha_over_rank_B_A()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden: 64, layers: 1);
        string model = TinyModel.Write(folder.At("model"), config, seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2, rank: 4, alpha: 6);
        const string Name = "model.layers.0.self_attn.k_proj.weight";
        using SafetensorsCollection weights = SafetensorsCollection.Open(model);
        using SafetensorsFile factors = SafetensorsFile.Open(Path.Combine(adapter, "adapter_model.safetensors"));
        float[] w = weights.ReadFloat32(Name);
        float[] a = factors.ReadFloat32("base_model.model.model.layers.0.self_attn.k_proj.lora_A.weight");
        float[] b = factors.ReadFloat32("base_model.model.model.layers.0.self_attn.k_proj.lora_B.weight");
        using ModelWeights merged = ModelWeights.Open(model, adapter);
        float[] actual = merged.Read(Name);
        for (int row = 0; row < 32; row++)
        {
            for (int column = 0; column < 64; column++)
            {
                double sum = 0;
                for (int r = 0; r < 4; r++)
                {
                    sum += (double)b[(row * 4) + r] * a[(r * 64) + column];
                }

                actual[(row * 64) + column].ShouldBe((float)(w[(row * 64) + column] + (1.5 * sum)), 1e-6f);
            }
        }

        merged.Read("model.norm.weight").ShouldBe(weights.ReadFloat32("model.norm.weight"));
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(layers: 1), seed: 1);
        (TinyModel.Config(layers: 2)).Save(model);
        Should.Throw<ModelFormatException>(() => ModelWeights.Open(model)).Message.ShouldContain("model.layers.1.");
    }

    [Fact]
    public void A_tensor_that_would_be_left_out_is_named()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(layers: 2), seed: 1);
        (TinyModel.Config(layers: 1)).Save(model);
        Should.Throw<ModelFormatException>(() => ModelWeights.Open(model)).Message.ShouldContain("model.layers.1.");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(0.999)]
    public void A_truncated_checkpoint_leaves_nothing_behind(double kept)
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(layers: 1), seed: 1);
        string file = Path.Combine(model, "model.safetensors");
        using (FileStream stream = File.OpenWrite(file))
        {
            stream.SetLength((long)(stream.Length * kept));
        }

        Directory.CreateDirectory(folder.At("out"));
        Should.Throw<ModelFormatException>(() =>
        {
            using ModelWeights weights = ModelWeights.Open(model);
            GgufExporter.Export(weights, folder.At("out", "model.gguf"), GgufQuantization.F32);
        }).Message.ShouldContain("model.safetensors");
        Directory.EnumerateFileSystemEntries(folder.At("out")).ShouldBeEmpty();
    }

    [Fact]
    public void Cancellation_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(), seed: 1);
        Directory.CreateDirectory(folder.At("out"));
        using ModelWeights weights = ModelWeights.Open(model);
        using var source = new CancellationTokenSource();
        var progress = new CancelAfter(source, 3);
        Should.Throw<OperationCanceledException>(() => GgufExporter.Export(weights, folder.At("out", "model.gguf"), GgufQuantization.Q8_0, 1, progress, source.Token));
        Should.Throw<OperationCanceledException>(() => OnnxExporter.Export(weights, folder.At("out", "onnx"), OnnxPrecision.Int4, null, source.Token));
        Directory.EnumerateFileSystemEntries(folder.At("out")).ShouldBeEmpty();
    }

    [SkippableFact]
    public void A_full_disk_is_a_clear_error_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(256, layers: 2), seed: 1);
        string disk = Directory.CreateDirectory(folder.At("disk")).FullName;
        Skip.IfNot(SmallDisk.TryMount(disk, "1m"), "mounting a small tmpfs needs root");
        try
        {
            using ModelWeights weights = ModelWeights.Open(model);
            foreach (Action export in new Action[]
            {
                () => GgufExporter.Export(weights, Path.Combine(disk, "model.gguf"), GgufQuantization.F32),
                () => GgufExporter.Export(weights, Path.Combine(disk, "model.gguf"), GgufQuantization.Q8_0),
                () => OnnxExporter.Export(weights, Path.Combine(disk, "onnx"), OnnxPrecision.Fp32),
            })
            {
                Should.Throw<IOException>(export).Message.ShouldContain(disk);
                Directory.EnumerateFileSystemEntries(disk).ShouldBeEmpty();
            }
        }
        finally
        {
            SmallDisk.Unmount(disk);
        }
    }

    private sealed class CancelAfter(CancellationTokenSource source, int reports) : IProgress<ExportProgress>
    {
        private int _left = reports;

        public void Report(ExportProgress value)
        {
            if (--_left == 0)
            {
                source.Cancel();
            }
        }
    }
}
