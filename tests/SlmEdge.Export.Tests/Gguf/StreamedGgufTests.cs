using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
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
    [InlineData(GgufQuantization.F16, 160, false)]
    [InlineData(GgufQuantization.BF16, 160, true)]
    public void A_streamed_file_equals_what_llama_cpps_quantiser_makes_of_the_F32_file(GgufQuantization type, int hidden, bool tied)
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(hidden, 4, 2, layers: type == GgufQuantization.Q4_K_M ? 9 : 2, tied: tied);
        using (ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At("model"), config, seed: 3)))
        {
            GgufExporter.Export(weights, folder.At("f32.gguf"), GgufQuantization.F32);

            // Slabs end within every matrix.
            weights.SlabElements = 20 * hidden;
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
