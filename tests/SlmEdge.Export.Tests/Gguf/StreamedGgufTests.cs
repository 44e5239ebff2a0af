using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests.Gguf;

public sealed class StreamedGgufTests
{
    /// <summary>Widths that K-quants divide and widths that they do not; nine layers have all of the mixture's cases.</summary>
    [Theory]
    [InlineData(GgufQuantization.Q4_K_M, 256, true)]
    [InlineData(GgufQuantization.Q4_K_M, 256, false)]
    [InlineData(GgufQuantization.Q4_K_M, 160, true)]
    [InlineData(GgufQuantization.Q4_0, 256, true)]
    [InlineData(GgufQuantization.Q4_0, 160, false)]
    [InlineData(GgufQuantization.Q8_0, 160, true)]
    [InlineData(GgufQuantization.IQ4_NL, 256, true)]
    [InlineData(GgufQuantization.IQ4_NL, 160, false)]
    [InlineData(GgufQuantization.F16, 160, false)]
    [InlineData(GgufQuantization.BF16, 160, true)]
    public void A_streamed_file_equals_what_llama_cpps_quantiser_makes_of_the_F32_file(GgufQuantization type, int hidden, bool tied)
    {
        // IQ4_NL asks how many heads share their keys and values.
        DecoderConfig config = TinyModel.Config(hidden, 4, type == GgufQuantization.IQ4_NL ? 1 : 2, layers: type is GgufQuantization.Q4_K_M or GgufQuantization.IQ4_NL ? 9 : 2, tied: tied);
        AssertSameAsQuantiser(config, type, slabRows: 20);
    }

    /// <summary>llama.cpp knows models of 80 layers as 70B, of Llama's shape only where heads share keys and values, and gives their values more bits.</summary>
    [Theory]
    [InlineData("llama", 2, GgufQuantization.Q4_K_M)]
    [InlineData("llama", 4, GgufQuantization.Q4_K_M)]
    [InlineData("mistral", 1, GgufQuantization.Q4_K_M)]
    [InlineData("qwen2", 4, GgufQuantization.Q4_K_M)]
    [InlineData("qwen3", 2, GgufQuantization.Q4_K_M)]
    [InlineData("llama", 1, GgufQuantization.IQ4_NL)]
    public void A_model_of_80_layers_has_the_types_that_llama_cpp_gives_its_70B(string modelType, int keyValueHeads, GgufQuantization type)
    {
        ModelFamily family = ModelFamilies.Find(modelType)!;
        DecoderConfig config = TinyModel.Config(256, 4, keyValueHeads, layers: 80, headDim: 16) with { Family = family, Architectures = [family.Architecture], IntermediateSize = 256 };
        AssertSameAsQuantiser(config, type, slabRows: 64);
    }

    private static void AssertSameAsQuantiser(DecoderConfig config, GgufQuantization type, int slabRows)
    {
        using var folder = new TemporaryFolder();
        using (ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At("model"), config, seed: 3)))
        {
            GgufExporter.Export(weights, folder.At("f32.gguf"), GgufQuantization.F32);

            // Slabs end within every matrix.
            weights.SlabElements = slabRows * config.HiddenSize;
            GgufExporter.Export(weights, folder.At("ours.gguf"), type);
        }

        LlamaQuantizer.Quantize(folder.At("f32.gguf"), folder.At("theirs.gguf"), type, threads: 1);
        using GgufFile ours = GgufFile.Open(folder.At("ours.gguf"));
        using GgufFile theirs = GgufFile.Open(folder.At("theirs.gguf"));
        ours.Metadata.Keys.ShouldBe(theirs.Metadata.Keys, ignoreOrder: true);
        ours.Metadata["general.file_type"].AsInt64().ShouldBe(theirs.Metadata["general.file_type"].AsInt64());
        ours.Tensors.Select(t => $"{t.Name} {t.Type}").ShouldBe(theirs.Tensors.Select(t => $"{t.Name} {t.Type}"), ignoreOrder: true);
        foreach (GgufTensor tensor in theirs.Tensors)
        {
            ours.GetBytes(tensor.Name).SequenceEqual(theirs.GetBytes(tensor.Name)).ShouldBeTrue(tensor.Name);
        }
    }
}
