using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Tests.Gguf;

public sealed class GgufModelTests
{
    /// <summary>
    /// The keys that llama.cpp v0.5.0's convert_hf_to_gguf.py writes for LlamaForCausalLM: conversion/base.py (set_type, set_gguf_parameters,
    /// prepare_metadata, _set_vocab_gpt2), conversion/llama.py (set_gguf_parameters), gguf-py/gguf/vocab.py (merges, special tokens).
    /// </summary>
    private static readonly string[] ConverterKeys =
    [
        "general.architecture", "general.type", "general.name", "general.size_label", "general.file_type", "general.quantization_version",
        "llama.block_count", "llama.context_length", "llama.embedding_length", "llama.feed_forward_length", "llama.vocab_size",
        "llama.attention.head_count", "llama.attention.head_count_kv", "llama.attention.layer_norm_rms_epsilon",
        "llama.attention.key_length", "llama.attention.value_length", "llama.rope.freq_base", "llama.rope.dimension_count",
        "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges",
        "tokenizer.ggml.eos_token_id",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Names_and_shapes_are_those_of_llama_cpps_converter(bool tied)
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(128, 4, 2, layers: 1, tied: tied);
        using GgufFile gguf = Export(folder, config, GgufQuantization.F16);

        // gguf-py/gguf/constants.py, TENSOR_NAMES; ggml lists the fastest dimension first.
        var expected = new Dictionary<string, (GgmlType Type, long[] Shape)>
        {
            ["token_embd.weight"] = (GgmlType.F16, [128, 400]),
            ["blk.0.attn_norm.weight"] = (GgmlType.F32, [128]),
            ["blk.0.attn_q.weight"] = (GgmlType.F16, [128, 128]),
            ["blk.0.attn_k.weight"] = (GgmlType.F16, [128, 64]),
            ["blk.0.attn_v.weight"] = (GgmlType.F16, [128, 64]),
            ["blk.0.attn_output.weight"] = (GgmlType.F16, [128, 128]),
            ["blk.0.ffn_norm.weight"] = (GgmlType.F32, [128]),
            ["blk.0.ffn_gate.weight"] = (GgmlType.F16, [128, 256]),
            ["blk.0.ffn_up.weight"] = (GgmlType.F16, [128, 256]),
            ["blk.0.ffn_down.weight"] = (GgmlType.F16, [256, 128]),
            ["output_norm.weight"] = (GgmlType.F32, [128]),
        };
        if (!tied)
        {
            expected["output.weight"] = (GgmlType.F16, [128, 400]);
        }

        gguf.Tensors.Select(t => t.Name).ShouldBe(expected.Keys, ignoreOrder: true);
        foreach (GgufTensor tensor in gguf.Tensors)
        {
            tensor.Type.ShouldBe(expected[tensor.Name].Type, tensor.Name);
            tensor.Dimensions.ShouldBe(expected[tensor.Name].Shape, tensor.Name);
        }
    }

    [Fact]
    public void Metadata_has_the_keys_and_values_of_llama_cpps_converter()
    {
        using var folder = new TemporaryFolder();
        DecoderConfig config = TinyModel.Config(96, 4, 2, layers: 3, headDim: 32) with { RopeTheta = 500000, NormEps = 1e-6 };
        using GgufFile gguf = Export(folder, config, GgufQuantization.BF16);
        ConverterKeys.ShouldBeSubsetOf(gguf.Metadata.Keys);
        string Text(string key) => gguf.Metadata[key].AsString();
        Text("general.architecture").ShouldBe("llama");
        Text("general.type").ShouldBe("model");
        Text("general.name").ShouldBe("Tiny Model");
        gguf.Metadata["general.file_type"].AsInt64().ShouldBe(32);
        gguf.Metadata["llama.block_count"].AsInt64().ShouldBe(3);
        gguf.Metadata["llama.embedding_length"].AsInt64().ShouldBe(96);
        gguf.Metadata["llama.attention.key_length"].AsInt64().ShouldBe(32);
        gguf.Metadata["llama.rope.dimension_count"].AsInt64().ShouldBe(32);
        gguf.Metadata["llama.rope.freq_base"].AsDouble().ShouldBe((double)500000f);
        gguf.Metadata["llama.attention.layer_norm_rms_epsilon"].AsDouble().ShouldBe((double)1e-6f);
        gguf.Metadata["llama.vocab_size"].AsInt64().ShouldBe(400);
        gguf.Metadata["tokenizer.ggml.tokens"].Count.ShouldBe(400, "rows without a token are filled up with unused ones");
    }

    [Theory]
    [InlineData("edge-nano", "Edge Nano")]
    [InlineData("Llama-3.2-1B-Instruct", "Llama 3.2 1B Instruct")]
    [InlineData("tiny-v2", "Tiny v2")]
    public void A_folders_name_becomes_a_title_as_in_gguf_py(string folder, string title) => GgufModelMetadata.Title(folder).ShouldBe(title);

    [Theory]
    [InlineData(260_000, "260K")]
    [InlineData(5_912_832, "5.9M")]
    [InlineData(1_235_814_400, "1.2B")]
    [InlineData(70_553_706_496, "71B")]
    public void Parameter_counts_are_labelled_as_in_gguf_py(long parameters, string label) => GgufModelMetadata.SizeLabel(parameters).ShouldBe(label);

    [Fact]
    public void Query_rows_of_a_head_are_interleaved()
    {
        // Two heads of four rows and one column: halves (0 1 | 2 3) become pairs (0 2 1 3).
        float[] rows = [0, 1, 2, 3, 10, 11, 12, 13];
        float[] interleaved = RotaryLayout.Interleave<float>(rows, columns: 1, heads: 2);
        interleaved.ShouldBe([0, 2, 1, 3, 10, 12, 11, 13]);
        RotaryLayout.Deinterleave<float>(interleaved, columns: 1, heads: 2).ShouldBe(rows);
    }

    private static GgufFile Export(TemporaryFolder folder, DecoderConfig config, GgufQuantization type)
    {
        using ModelWeights weights = ModelWeights.Open(TinyModel.Write(folder.At("tiny-model"), config, seed: 1));
        GgufExporter.Export(weights, folder.At("model.gguf"), type);
        return GgufFile.Open(folder.At("model.gguf"));
    }
}
