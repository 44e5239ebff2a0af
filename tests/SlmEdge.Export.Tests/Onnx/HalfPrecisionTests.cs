using SlmEdge.Export.Onnx;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Export.Tests.Onnx;

public sealed class HalfPrecisionTests
{
    /// <summary>A checkpoint in F16 loses nothing in an fp16 folder; one in F32 loses what rounding its weights loses.</summary>
    [SkippableTheory]
    [InlineData(SafetensorsType.F16, true, 1e-3)]
    [InlineData(SafetensorsType.F16, false, 1e-3)]
    [InlineData(SafetensorsType.F32, true, 5e-3)]
    public void An_fp16_folder_has_half_the_size_and_the_trainers_logits(SafetensorsType stored, bool tied, double tolerance)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(128, 4, 2, tied: tied);
        string model = TinyModel.Write(folder.At("model"), config, seed: 21, stored);
        int[] tokens = TinyModel.Tokens(48, seed: 22);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            weights.SlabElements = 1000;
            OnnxExporter.Export(weights, folder.At("fp32"), OnnxPrecision.Fp32);
            OnnxExporter.Export(weights, folder.At("fp16"), OnnxPrecision.Fp16);
        }

        float[] expected = Logits.Torch(model, null, tokens);
        Logits.Difference(expected, Logits.Onnx(folder.At("fp32"), tokens)).ShouldBeLessThan(1e-3);
        Logits.Difference(expected, Logits.Onnx(folder.At("fp16"), tokens)).ShouldBeLessThan(tolerance);
        DataSize("fp16").ShouldBeLessThan((long)(0.6 * DataSize("fp32")));

        long DataSize(string name) => new FileInfo(Path.Combine(folder.At(name), OnnxFileNames.Data)).Length;
    }

    /// <summary>Scales and zero points are collected slab by slab, so the cut must not show.</summary>
    [Fact]
    public void An_int4_folder_does_not_depend_on_the_slabs()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(128, 4, 2, tied: false), seed: 23);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), TinyModel.Config(128, 4, 2, tied: false), seed: 24);
        foreach ((string name, int slab) in new[] { ("whole", 1 << 22), ("slabs", 1000) })
        {
            using ModelWeights weights = ModelWeights.Open(model, adapter);
            weights.SlabElements = slab;
            OnnxExporter.Export(weights, folder.At(name), OnnxPrecision.Int4);
        }

        File.ReadAllBytes(Path.Combine(folder.At("slabs"), OnnxFileNames.Data)).AsSpan()
            .SequenceEqual(File.ReadAllBytes(Path.Combine(folder.At("whole"), OnnxFileNames.Data))).ShouldBeTrue();
    }
}
