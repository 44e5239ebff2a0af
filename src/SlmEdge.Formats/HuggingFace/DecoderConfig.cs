using System.Text.Json;
using SlmEdge.Formats.Families;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// <c>config.json</c> of a decoder in the Llama layout (RMSNorm, rotary positions, grouped-query attention, SwiGLU); what its family adds to that
/// stands in <see cref="Family"/>. Field names and defaults follow the Hugging Face <c>DecoderConfig</c>.
/// </summary>
public sealed record DecoderConfig
{
    private const string FileName = "config.json";

    /// <summary>The family.</summary>
    public ModelFamily Family { get; init; } = ModelFamilies.Llama;

    /// <summary><c>model_type</c>.</summary>
    public string ModelType => Family.ModelType;

    /// <summary>Architecture names; <c>LlamaForCausalLM</c>.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = ["LlamaForCausalLM"];

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of transformer blocks.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Number of key/value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of one head; even, because rotary positions turn pairs.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence the model was made for, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Epsilon of RMSNorm.</summary>
    public double RmsNormEps { get; init; } = 1e-5;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How positions are stretched beyond the original context, or null.</summary>
    public Llama3RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether the output head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Token at the begin of a sequence, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Token at the end of a sequence (the first one when the file lists several), or null.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Element type of the weights: <c>float32</c>, <c>bfloat16</c>, <c>float16</c>; or null when not stated.</summary>
    public string? TorchDtype { get; init; }

    /// <summary>Angle per position of each pair of a head, in radians, <c>[headDim / 2]</c> (Su et al. 2021, arXiv 2104.09864), stretched where the model is.</summary>
    public double[] RotaryFrequencies()
    {
        var frequencies = new double[HeadDim / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            double frequency = Math.Pow(RopeTheta, -2.0 * i / HeadDim);
            frequencies[i] = frequency / (RopeScaling?.Divisor(frequency) ?? 1);
        }

        return frequencies;
    }

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <param name="directoryOrFile">The model folder or the file.</param>
    /// <exception cref="ModelFormatException">A field is missing, of a wrong type, inconsistent, or asks for something that is not implemented.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static DecoderConfig Load(string directoryOrFile)
    {
        string path = ModelFolder.Resolve(directoryOrFile, FileName);
        JsonFields fields = ModelFolder.Read(path);
        string modelType = fields.String("model_type") ?? throw fields.Wrong("model_type", "is missing");
        ModelFamily family = ModelFamilies.Find(modelType)
            ?? throw fields.Wrong("model_type", $"is '{modelType}'; this version implements {string.Join(", ", ModelFamilies.All.Select(f => $"'{f.ModelType}'"))}");
        Llama3RopeScaling? scaling = ReadRopeScaling(fields, path);
        RefuseUnimplemented(fields);
        int hidden = fields.RequiredInteger("hidden_size", 1, 1 << 20);
        int heads = fields.RequiredInteger("num_attention_heads", 1, 1 << 14);
        int keyValueHeads = fields.Integer("num_key_value_heads", 1, 1 << 14) ?? heads;
        int? headDim = fields.Integer("head_dim", 1, 1 << 14);
        if (headDim is null && hidden % heads != 0)
        {
            throw fields.Wrong("num_attention_heads", $"{heads} does not divide hidden_size {hidden}");
        }

        var config = new DecoderConfig
        {
            Family = family,
            Architectures = fields.StringList("architectures") is { Count: > 0 } names ? names : [family.Architecture],
            HiddenSize = hidden,
            IntermediateSize = fields.RequiredInteger("intermediate_size", 1, 1 << 24),
            NumHiddenLayers = fields.RequiredInteger("num_hidden_layers", 1, 4096),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keyValueHeads,
            HeadDim = headDim ?? hidden / heads,
            VocabSize = fields.RequiredInteger("vocab_size", 1, 1 << 22),
            MaxPositionEmbeddings = family.FullAttentionLength(fields, fields.Integer("max_position_embeddings", 1, 1 << 26) ?? 2048),
            RmsNormEps = fields.Number("rms_norm_eps") ?? 1e-6,
            RopeTheta = fields.Number("rope_theta") ?? RopeThetaOfParameters(fields, path) ?? family.DefaultRopeTheta,
            RopeScaling = scaling,
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings") ?? false,
            BosTokenId = fields.Integer("bos_token_id", 0, int.MaxValue),
            EosTokenId = fields.IntegerOrList("eos_token_id", 0, int.MaxValue) is [int first, ..] ? first : null,
            TorchDtype = fields.String("torch_dtype") ?? fields.String("dtype"),
        };

        config.Check(fields);
        return config;
    }

    /// <summary>Writes <c>config.json</c> into a folder, atomically.</summary>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        JsonText.Save(Path.Combine(directory, FileName), json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            foreach (string name in Architectures)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteBoolean("attention_bias", false);
            json.WriteNumber("attention_dropout", 0.0);
            WriteId(json, "bos_token_id", BosTokenId);
            WriteId(json, "eos_token_id", EosTokenId);
            json.WriteNumber("head_dim", HeadDim);
            json.WriteString("hidden_act", "silu");
            json.WriteNumber("hidden_size", HiddenSize);
            json.WriteNumber("initializer_range", 0.02);
            json.WriteNumber("intermediate_size", IntermediateSize);
            json.WriteNumber("max_position_embeddings", MaxPositionEmbeddings);
            json.WriteBoolean("mlp_bias", false);
            json.WriteString("model_type", ModelType);
            json.WriteNumber("num_attention_heads", NumAttentionHeads);
            json.WriteNumber("num_hidden_layers", NumHiddenLayers);
            json.WriteNumber("num_key_value_heads", NumKeyValueHeads);
            json.WriteNumber("pretraining_tp", 1);
            json.WriteNumber("rms_norm_eps", RmsNormEps);
            WriteRopeScaling(json);
            json.WriteNumber("rope_theta", RopeTheta);
            json.WriteBoolean("tie_word_embeddings", TieWordEmbeddings);
            if (TorchDtype is not null)
            {
                json.WriteString("torch_dtype", TorchDtype);
            }

            json.WriteBoolean("use_cache", true);
            json.WriteNumber("vocab_size", VocabSize);
            json.WriteEndObject();
        });
    }

    private static void WriteId(Utf8JsonWriter json, string name, int? id)
    {
        if (id is int value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private void WriteRopeScaling(Utf8JsonWriter json)
    {
        if (RopeScaling is not { } scaling)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        json.WriteNumber("factor", scaling.Factor);
        json.WriteNumber("high_freq_factor", scaling.HighFrequencyFactor);
        json.WriteNumber("low_freq_factor", scaling.LowFrequencyFactor);
        json.WriteNumber("original_max_position_embeddings", scaling.OriginalContext);
        json.WriteString("rope_type", "llama3");
        json.WriteEndObject();
    }

    /// <summary>The scaling under either of the names that Hugging Face has given it; null where positions are not scaled.</summary>
    private static Llama3RopeScaling? ReadRopeScaling(JsonFields fields, string path)
    {
        foreach (string name in new[] { "rope_scaling", "rope_parameters" })
        {
            if (!fields.TryGet(name, out JsonElement rope) || IsDefaultRope(rope))
            {
                continue;
            }

            if (rope.ValueKind != JsonValueKind.Object)
            {
                throw fields.Wrong(name, "is not an object");
            }

            var scaling = new JsonFields(rope, path);
            string? type = scaling.String("rope_type") ?? scaling.String("type");
            if (type != "llama3")
            {
                throw fields.Wrong(name, $"has rope_type '{type}'; 'default' and 'llama3' are implemented");
            }

            double Positive(string field) => scaling.Number(field) is { } value and > 0 ? value : throw fields.Wrong(name, $"needs a positive {field}");
            var result = new Llama3RopeScaling(
                Positive("factor"), Positive("low_freq_factor"), Positive("high_freq_factor"), scaling.RequiredInteger("original_max_position_embeddings", 1, 1 << 26));
            return result.HighFrequencyFactor > result.LowFrequencyFactor ? result : throw fields.Wrong(name, "needs a high_freq_factor above its low_freq_factor");
        }

        return null;
    }

    private static void RefuseUnimplemented(JsonFields fields)
    {
        if (fields.TryGet("quantization_config", out _))
        {
            throw fields.Wrong("quantization_config", "quantised checkpoints cannot be read; use the model's unquantised weights");
        }

        if (fields.Boolean("attention_bias") == true)
        {
            throw fields.Wrong("attention_bias", "biases in the attention are not implemented");
        }

        if (fields.Boolean("mlp_bias") == true)
        {
            throw fields.Wrong("mlp_bias", "biases in the feed-forward layer are not implemented");
        }

        if (fields.String("hidden_act") is { } activation and not "silu")
        {
            throw fields.Wrong("hidden_act", $"is '{activation}'; 'silu' is implemented");
        }
    }

    private static bool IsDefaultRope(JsonElement rope) =>
        rope.ValueKind == JsonValueKind.Object
        && !rope.TryGetProperty("factor", out _)
        && (!(rope.TryGetProperty("rope_type", out JsonElement type) || rope.TryGetProperty("type", out type))
            || (type.ValueKind == JsonValueKind.String && type.ValueEquals("default")));

    private static double? RopeThetaOfParameters(JsonFields fields, string path) =>
        fields.TryGet("rope_parameters", out JsonElement rope) ? new JsonFields(rope, path).Number("rope_theta") : null;

    private void Check(JsonFields fields)
    {
        if (NumAttentionHeads % NumKeyValueHeads != 0)
        {
            throw fields.Wrong("num_key_value_heads", $"{NumKeyValueHeads} does not divide num_attention_heads {NumAttentionHeads}");
        }

        if (HeadDim % 2 != 0)
        {
            throw fields.Wrong("head_dim", $"{HeadDim} is odd; rotary positions need an even head size");
        }

        if (RmsNormEps <= 0)
        {
            throw fields.Wrong("rms_norm_eps", "must be positive");
        }

        if (RopeTheta <= 0)
        {
            throw fields.Wrong("rope_theta", "must be positive");
        }

        if (BosTokenId >= VocabSize)
        {
            throw fields.Wrong("bos_token_id", $"{BosTokenId} is outside the vocabulary of {VocabSize}");
        }

        if (EosTokenId >= VocabSize)
        {
            throw fields.Wrong("eos_token_id", $"{EosTokenId} is outside the vocabulary of {VocabSize}");
        }
    }
}
