using System.Text.Json;
using SlmEdge.Export.Onnx;
using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Tests.Onnx;

public sealed class OnnxFolderTests
{
    [Fact]
    public void Folder_holds_what_ONNX_Runtime_GenAI_and_our_engine_read()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), TinyModel.Config(), seed: 1);
        using ModelWeights weights = ModelWeights.Open(model);
        OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Int4);
        string[] files = [.. Directory.EnumerateFiles(folder.At("onnx")).Select(file => Path.GetFileName(file)!)];
        files.ShouldBe(
            ["model.onnx", "model.onnx.data", "genai_config.json", "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "tokenizer.gguf"],
            ignoreOrder: true);

        using JsonDocument genAi = JsonDocument.Parse(File.ReadAllText(folder.At("onnx", "genai_config.json")));
        JsonElement decoder = genAi.RootElement.GetProperty("model").GetProperty("decoder");
        decoder.GetProperty("filename").GetString().ShouldBe("model.onnx");
        decoder.GetProperty("head_size").GetInt32().ShouldBe(32);
        decoder.GetProperty("num_key_value_heads").GetInt32().ShouldBe(2);
        decoder.GetProperty("inputs").GetProperty("past_key_names").GetString().ShouldBe("past_key_values.%d.key");
        decoder.GetProperty("outputs").GetProperty("present_value_names").GetString().ShouldBe("present.%d.value");
        genAi.RootElement.GetProperty("search").GetProperty("past_present_share_buffer").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void A_tokenizer_with_more_tokens_than_the_model_has_embeddings_is_refused_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        using ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At("model"), TinyModel.Config() with { VocabSize = 300 }, seed: 1));
        Should.Throw<ExportException>(() => OnnxExporter.Export(weights, folder.At("onnx"), OnnxPrecision.Fp32)).Message.ShouldContain("do not belong together");
        Directory.Exists(folder.At("onnx")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(OnnxPrecision.Fp32, true)]
    [InlineData(OnnxPrecision.Int4, true)]
    [InlineData(OnnxPrecision.Int4, false)]
    public void Graph_has_the_inputs_and_outputs_of_the_model_builder(OnnxPrecision precision, bool tied)
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(tied: tied);
        using ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At("model"), config, seed: 1));
        OnnxExporter.Export(weights, folder.At("onnx"), precision);
        OnnxModelFile graph = OnnxModelFile.Read(folder.At("onnx", "model.onnx"));
        graph.Inputs.Select(input => input.Name).ShouldBe(
            ["input_ids", "attention_mask", "past_key_values.0.key", "past_key_values.0.value", "past_key_values.1.key", "past_key_values.1.value"]);
        graph.Outputs.Select(output => output.Name).ShouldBe(["logits", "present.0.key", "present.0.value", "present.1.key", "present.1.value"]);
    }

    [SkippableTheory]
    [InlineData(4, true)]
    [InlineData(4, false)]
    [InlineData(8, true)]
    public void ONNX_Runtime_computes_with_the_weights_that_our_quantiser_says(int bits, bool symmetric)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(tied: true);
        string model = TinyModel.Write(folder.At("model"), config, seed: 5);
        var projections = new BlockQuantization(bits, 32, symmetric);
        var embedding = new BlockQuantization(8, 32, Symmetric: true, Search: false);
        int[] tokens = TinyModel.Tokens(24, seed: 6);
        using (ModelWeights weights = ModelWeights.Open(model))
        {
            // Level 1 computes in single precision, so that nothing but the weights is rounded.
            OnnxExporter.Export(weights, folder.At("int4"), OnnxPrecision.Int4, options: new OnnxQuantizationOptions
            {
                Projections = projections, Embedding = embedding, AccuracyLevel = 1,
            });
            DequantisedModel.Write(weights, folder.At("dequantised"), name => name.Contains("embed", StringComparison.Ordinal) ? embedding : projections);
        }

        Logits.Difference(Logits.Torch(folder.At("dequantised"), null, tokens), Logits.Onnx(folder.At("int4"), tokens)).ShouldBeLessThan(1e-4);
    }
}
