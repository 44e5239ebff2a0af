using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>Reads a model's shape out of GGUF metadata: the inverse of what llama.cpp's converter writes (gguf-py <c>constants.py</c>, llama.cpp's <c>load_hparams</c>).</summary>
public static class GgufDecoderConfig
{
    /// <summary>Reads the shape.</summary>
    /// <param name="file">A model.</param>
    /// <exception cref="ModelFormatException">The file is no model of a family that is implemented, or lacks or contradicts what such a model states.</exception>
    public static DecoderConfig Read(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var keys = new GgufModelKeys(file);

        // Of several families with one architecture the first is the plainest: llama.cpp's graph knows no more of the others.
        ModelFamily family = ModelFamilies.All.FirstOrDefault(f => f.GgufArchitecture == keys.Architecture)
            ?? throw new ModelFormatException(
                $"is '{keys.Architecture}'; as a base this version reads {string.Join(", ", ModelFamilies.All.Select(f => f.GgufArchitecture).Distinct())}", file.Path, GgufFacts.ArchitectureKey);
        GgufHyperparameterCheck.Check(file);
        if ((keys.Integer("expert_count") ?? 0) > 0)
        {
            throw keys.Wrong("expert_count", "mixtures of experts are not implemented");
        }

        int hidden = keys.RequiredInteger("embedding_length");
        int heads = keys.RequiredInteger("attention.head_count");
        int headDim = keys.Integer("attention.key_length") ?? hidden / heads;
        GgufTensor embedding = file.GetTensor("token_embd.weight");
        if (embedding.Dimensions.Count != 2)
        {
            throw new ModelFormatException("is no matrix", file.Path, embedding.Name);
        }

        var config = new DecoderConfig
        {
            Family = family,
            Architectures = [family.Architecture],
            HiddenSize = hidden,
            IntermediateSize = keys.RequiredInteger("feed_forward_length"),
            NumHiddenLayers = keys.RequiredInteger("block_count"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keys.Integer("attention.head_count_kv") ?? heads,
            HeadDim = headDim,
            PartialRotaryFactor = RotatedShare(keys, headDim),
            VocabSize = checked((int)embedding.Dimensions[1]),
            MaxPositionEmbeddings = keys.RequiredInteger("context_length"),
            RopeTheta = keys.Positive("rope.freq_base") ?? 10000,
            TieWordEmbeddings = !keys.Has("output.weight"),
            BosTokenId = keys.TokenId(GgufKeys.BosId),
            EosTokenId = keys.TokenId(GgufKeys.EosId),
        };
        if (family.TiedHead is { } tied && tied != config.TieWordEmbeddings)
        {
            throw new ModelFormatException(tied ? "the architecture's head is the embedding" : "there is no such tensor, and the architecture's head is not the embedding", file.Path, "output.weight");
        }

        config = family.ReadGguf(keys, config with { RopeScaling = GgufRopeScaling.Read(keys, config) });
        return config with { NormEps = Epsilon(keys, config.Blocks.Norm) };
    }

    private static double Epsilon(GgufModelKeys keys, NormKind kind)
    {
        string name = GgufHyperparameters.EpsilonKey(kind);
        return keys.Positive(name) ?? throw keys.Wrong(name, "is missing");
    }

    private static double RotatedShare(GgufModelKeys keys, int headDim)
    {
        int rotated = keys.Integer("rope.dimension_count") ?? headDim;
        if (rotated > headDim || rotated < 2 || rotated % 2 != 0)
        {
            throw keys.Wrong("rope.dimension_count", $"{rotated} of {headDim} elements of a head are rotated; rotary positions need an even number of them, from 2 to all");
        }

        // The next larger number, so that the product with the width is no hair below the whole number.
        return rotated == headDim ? 1 : Math.BitIncrement((double)rotated / headDim);
    }
}
