using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Tests.Gguf;

public sealed class GgufAdapterTests
{
    [Fact]
    public void Keys_and_names_are_those_of_llama_cpps_lora_converter()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(layers: 1);
        string model = TinyModel.Write(folder.At("base"), config, seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 2, rank: 4, alpha: 8);
        GgufExporter.ExportAdapter(model, adapter, folder.At("lora.gguf"));

        // convert_lora_to_gguf.py, LoraModel.set_type and set_gguf_parameters (llama.cpp v0.5.0).
        using GgufFile gguf = GgufFile.Open(folder.At("lora.gguf"));
        gguf.Metadata["general.architecture"].AsString().ShouldBe("llama");
        gguf.Metadata["general.type"].AsString().ShouldBe("adapter");
        gguf.Metadata["adapter.type"].AsString().ShouldBe("lora");
        gguf.Metadata["adapter.lora.alpha"].AsDouble().ShouldBe((double)8f);
        string[] matrices = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
        gguf.Tensors.Select(t => t.Name).ShouldBe(matrices.SelectMany(m => new[] { $"blk.0.{m}.weight.lora_a", $"blk.0.{m}.weight.lora_b" }), ignoreOrder: true);
        gguf.Tensors.Single(t => t.Name == "blk.0.ffn_down.weight.lora_a").Dimensions.ShouldBe([256L, 4]);
        gguf.Tensors.Single(t => t.Name == "blk.0.ffn_down.weight.lora_b").Dimensions.ShouldBe([4L, 128]);
    }

    [Fact]
    public void An_adapter_of_another_base_is_refused()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(layers: 1);
        string mine = TinyModel.Write(folder.At("mine"), config, seed: 1);
        string other = TinyModel.Write(folder.At("other"), config, seed: 2);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), config, seed: 3, baseSha256: ModelDirectory.Hash(mine));
        GgufExporter.ExportAdapter(mine, adapter, folder.At("lora.gguf"));
        Should.Throw<TrainingException>(() => GgufExporter.ExportAdapter(other, adapter, folder.At("wrong.gguf"))).Message.ShouldContain("another base");
        File.Exists(folder.At("wrong.gguf")).ShouldBeFalse();
    }

    [Fact]
    public void An_adapter_of_another_shape_is_refused_by_tensor()
    {
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("base"), TinyModel.Config(layers: 1), seed: 1);
        string adapter = TinyModel.WriteAdapter(folder.At("adapter"), TinyModel.Config(hidden: 64, layers: 1), seed: 2);
        Should.Throw<ModelFormatException>(() => GgufExporter.ExportAdapter(model, adapter, folder.At("lora.gguf"))).Message.ShouldContain("lora_A.weight");
    }
}
