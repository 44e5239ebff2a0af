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
        ModelFamily[] readable = [.. ModelFamilies.All.Where(f => f.IsReadFromGguf)];
        ModelFamily family = Array.Find(readable, f => f.GgufArchitecture == keys.Architecture)
            ?? throw new ModelFormatException(
                $"is '{keys.Architecture}'; as a base this version reads {string.Join(", ", readable.Select(f => f.GgufArchitecture))}", file.Path, GgufFacts.ArchitectureKey);
        GgufHyperparameterCheck.Check(file);
        int hidden = keys.RequiredInteger("embedding_length");
        int heads = keys.RequiredInteger("attention.head_count");
        int headDim = keys.Integer("attention.key_length") ?? hidden / heads;
        RefuseUnimplemented(keys, headDim);
        GgufTensor embedding = file.GetTensor("token_embd.weight");
        if (embedding.Dimensions.Count != 2)
        {
            throw new ModelFormatException("is no matrix", file.Path, embedding.Name);
        }

        double theta = keys.Number("rope.freq_base") ?? 10000;
        return new DecoderConfig
        {
            Family = family,
            Architectures = [family.Architecture],
            HiddenSize = hidden,
            IntermediateSize = keys.RequiredInteger("feed_forward_length"),
            NumHiddenLayers = keys.RequiredInteger("block_count"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keys.Integer("attention.head_count_kv") ?? heads,
            HeadDim = headDim,
            VocabSize = checked((int)embedding.Dimensions[1]),
            MaxPositionEmbeddings = keys.RequiredInteger("context_length"),
            NormEps = keys.Number("attention.layer_norm_rms_epsilon") ?? throw keys.Wrong("attention.layer_norm_rms_epsilon", "is missing"),
            RopeTheta = theta,
            RopeScaling = Scaling(file, keys, headDim),
            AttentionBias = file.Tensors.Any(t => t.Name == "blk.0.attn_q.bias"),
            FeedForwardBias = file.Tensors.Any(t => t.Name == "blk.0.ffn_down.bias"),
            TieWordEmbeddings = file.Tensors.All(t => t.Name != "output.weight"),
            BosTokenId = keys.TokenId(GgufKeys.BosId),
            EosTokenId = keys.TokenId(GgufKeys.EosId),
        };
    }

    private static void RefuseUnimplemented(GgufModelKeys keys, int headDim)
    {
        if ((keys.Integer("expert_count") ?? 0) > 0)
        {
            throw keys.Wrong("expert_count", "mixtures of experts are not implemented");
        }

        if (keys.Integer("rope.dimension_count") is { } rotated && rotated != headDim)
        {
            throw keys.Wrong("rope.dimension_count", $"{rotated} of {headDim} elements of a head are rotated; the whole head is implemented");
        }

        if (headDim % 2 != 0)
        {
            throw keys.Wrong("attention.key_length", $"{headDim} is odd; rotary positions need an even head size");
        }

        if (keys.Text("rope.scaling.type") is { } scaling and not ("none" or "linear"))
        {
            throw keys.Wrong("rope.scaling.type", $"is '{scaling}'; none, linear and {StatedRopeScaling.TensorName} are implemented");
        }
    }

    /// <summary>llama.cpp divides each angle by the tensor where there is one, and all of them by the factor of linear scaling.</summary>
    private static RopeScaling? Scaling(GgufFile file, GgufModelKeys keys, int headDim)
    {
        double factor = keys.Text("rope.scaling.type") == "none" ? 1 : keys.Number("rope.scaling.factor") ?? keys.Number("rope.scale_linear") ?? 1;
        factor = factor == 0 ? 1 : factor;
        if (!(factor > 0))
        {
            throw keys.Wrong("rope.scaling.factor", "must be positive");
        }

        if (file.Tensors.FirstOrDefault(t => t.Name == StatedRopeScaling.TensorName) is not { } stated)
        {
            return factor == 1 ? null : new LinearRopeScaling(factor);
        }

        float[] divisors = new float[headDim / 2];
        if (!stated.Dimensions.SequenceEqual([divisors.Length]))
        {
            throw new ModelFormatException($"has [{string.Join(", ", stated.Dimensions)}] elements; half a head has {divisors.Length}", file.Path, stated.Name);
        }

        file.ReadFloat32(stated.Name, 0, divisors);
        return divisors.All(d => float.IsFinite(d) && d > 0)
            ? new StatedRopeScaling([.. divisors.Select(d => (float)(d * factor))])
            : throw new ModelFormatException("divides an angle by a number that is not positive", file.Path, stated.Name);
    }
}
