using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tests.Families;

public sealed class DecoderTensorsTests
{
    public static TheoryData<string> Families() => [.. ModelFamilies.All.Select(f => f.ModelType)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Names_lead_to_gguf_and_back_and_values_survive_the_way(string modelType)
    {
        DecoderTensors tensors = DecoderTensors.Of(Config(ModelFamilies.Find(modelType)!));
        var random = new Random(4);
        foreach (DecoderTensor tensor in tensors.All)
        {
            tensors.Find(tensor.Name).ShouldBe(tensor);
            tensors.InGguf(tensor.GgufName).ShouldContain(tensor);
            float[] values = [.. Enumerable.Range(0, (int)tensor.Shape.Aggregate((a, b) => a * b)).Select(_ => random.Next(256) / 256f)];
            tensor.FromGguf(tensor.ToGguf([.. values])).ShouldBe(values);
        }

        tensors.Find("model.layers.0.self_attn.rotary_emb.inv_freq").ShouldBeNull();
        tensors.InGguf("blk.9.attn_q.weight").ShouldBeEmpty();
    }

    [Fact]
    public void Llama_interleaves_the_rows_of_queries_and_keys_only()
    {
        DecoderTensors tensors = DecoderTensors.Of(Config(ModelFamilies.Llama) with { AttentionBias = true });
        string[] moved = [.. tensors.All.Where(t => t is { InterleavedHeads: > 0, Layer: 1 }).Select(t => t.GgufName)];
        moved.ShouldBe(["blk.1.attn_q.weight", "blk.1.attn_k.weight", "blk.1.attn_q.bias", "blk.1.attn_k.bias"]);
        tensors.Find("model.layers.1.self_attn.k_proj.weight")!.InterleavedHeads.ShouldBe(2);
        tensors.Find("model.layers.1.self_attn.o_proj.bias")!.GgufName.ShouldBe("blk.1.attn_output.bias");
    }

    internal static DecoderConfig Config(ModelFamily family) => new()
    {
        Family = family,
        HiddenSize = 32,
        IntermediateSize = 48,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        HeadDim = 8,
        VocabSize = 64,
        MaxPositionEmbeddings = 128,
        TieWordEmbeddings = family.TiedHead ?? false,
    };
}
