using System.Text.Json;
using SlmEdge.Formats.Families;

namespace SlmEdge.Formats.HuggingFace;

/// <summary><c>config.json</c> of a decoder: the fields that all families share; a family reads and writes its own.</summary>
internal static class DecoderConfigJson
{
    private const string FileName = "config.json";

    public static DecoderConfig Load(string directoryOrFile)
    {
        string path = ModelFolder.Resolve(directoryOrFile, FileName);
        JsonFields fields = ModelFolder.Read(path);
        ModelFamily family = Family(fields);
        if (fields.TryGet("quantization_config", out _))
        {
            throw fields.Wrong("quantization_config", "quantised checkpoints cannot be read; use the model's unquantised weights");
        }

        int hidden = fields.RequiredInteger("hidden_size", 1, 1 << 20);
        int heads = fields.RequiredInteger("num_attention_heads", 1, 1 << 14);
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
            NumKeyValueHeads = fields.Integer("num_key_value_heads", 1, 1 << 14) ?? heads,
            HeadDim = headDim ?? hidden / heads,
            VocabSize = fields.RequiredInteger("vocab_size", 1, 1 << 22),
            MaxPositionEmbeddings = fields.Integer("max_position_embeddings", 1, 1 << 26) ?? 2048,
            NormEps = fields.Number(family.NormEpsilonField) ?? 1e-6,
            TieWordEmbeddings = fields.Boolean("tie_word_embeddings") ?? family.TiedHead ?? false,
            BosTokenId = fields.Integer("bos_token_id", 0, int.MaxValue),
            EosTokenId = fields.IntegerOrList("eos_token_id", 0, int.MaxValue) is [int first, ..] ? first : null,
            TorchDtype = fields.String("torch_dtype") ?? fields.String("dtype"),
        };

        config = family.Read(fields, RopeJson.Read(fields, config));
        DecoderConfigCheck.Check(fields, config);
        family.Check(fields, config);
        return config;
    }

    public static void Save(DecoderConfig config, string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        JsonText.Save(Path.Combine(directory, FileName), json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            foreach (string name in config.Architectures)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteNumber("attention_dropout", 0.0);
            JsonText.WriteInteger(json, "bos_token_id", config.BosTokenId);
            JsonText.WriteInteger(json, "eos_token_id", config.EosTokenId);
            json.WriteNumber("head_dim", config.HeadDim);
            json.WriteString(config.Family.ActivationField, ActivationName(config.Blocks.Activation));
            json.WriteNumber("hidden_size", config.HiddenSize);
            json.WriteNumber("initializer_range", 0.02);
            json.WriteNumber("intermediate_size", config.IntermediateSize);
            json.WriteNumber("max_position_embeddings", config.MaxPositionEmbeddings);
            json.WriteString("model_type", config.ModelType);
            json.WriteNumber("num_attention_heads", config.NumAttentionHeads);
            json.WriteNumber("num_hidden_layers", config.NumHiddenLayers);
            json.WriteNumber("num_key_value_heads", config.NumKeyValueHeads);
            json.WriteNumber(config.Family.NormEpsilonField, config.NormEps);
            RopeJson.Write(json, config);
            json.WriteBoolean("tie_word_embeddings", config.TieWordEmbeddings);
            if (config.TorchDtype is not null)
            {
                json.WriteString("torch_dtype", config.TorchDtype);
            }

            json.WriteBoolean("use_cache", true);
            json.WriteNumber("vocab_size", config.VocabSize);
            config.Family.Write(json, config);
            json.WriteEndObject();
        });
    }

    /// <summary>Hugging Face's name of an activation.</summary>
    public static string ActivationName(GateActivation activation) => activation == GateActivation.GeluTanh ? "gelu_pytorch_tanh" : "silu";

    private static ModelFamily Family(JsonFields fields)
    {
        string modelType = fields.String("model_type") ?? throw fields.Wrong("model_type", "is missing");
        if (ModelFamilies.Find(modelType) is { } family)
        {
            return family;
        }

        string hint = fields.TryGet("text_config", out _) ? "; it is of several modalities, of which only the text model by itself could be used" : "";
        throw fields.Wrong("model_type", $"is '{modelType}'{hint}; this version implements {string.Join(", ", ModelFamilies.All.Select(f => $"'{f.ModelType}'"))}");
    }
}
