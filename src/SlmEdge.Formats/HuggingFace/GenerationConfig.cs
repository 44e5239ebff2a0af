using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary><c>generation_config.json</c>: token ids and sampling defaults.</summary>
public sealed record GenerationConfig
{
    private const string FileName = "generation_config.json";

    /// <summary>Token at the begin of a sequence, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a generation.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Token that fills a batch, or null.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Whether to sample instead of taking the most likely token.</summary>
    public bool DoSample { get; init; }

    /// <summary>Sampling temperature, or null.</summary>
    public double? Temperature { get; init; }

    /// <summary>Nucleus sampling mass, or null.</summary>
    public double? TopP { get; init; }

    /// <summary>Number of candidates, or null.</summary>
    public int? TopK { get; init; }

    /// <summary>Factor by which the logits of tokens that stand in the text already are lessened, or null.</summary>
    public double? RepetitionPenalty { get; init; }

    /// <summary>Longest continuation in tokens, or null.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Reads the file; null when a folder has none.</summary>
    /// <exception cref="ModelFormatException">The file is malformed.</exception>
    public static GenerationConfig? Load(string directoryOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryOrFile);
        if (Directory.Exists(directoryOrFile) && !File.Exists(Path.Combine(directoryOrFile, FileName)))
        {
            return null;
        }

        JsonFields fields = ModelFolder.Read(ModelFolder.Resolve(directoryOrFile, FileName));
        return new GenerationConfig
        {
            BosTokenId = fields.Integer("bos_token_id", 0, int.MaxValue),
            EosTokenIds = fields.IntegerOrList("eos_token_id", 0, int.MaxValue),
            PadTokenId = fields.Integer("pad_token_id", 0, int.MaxValue),
            DoSample = fields.Boolean("do_sample") ?? false,
            Temperature = fields.Number("temperature"),
            TopP = fields.Number("top_p"),
            TopK = fields.Integer("top_k", 0, int.MaxValue),
            RepetitionPenalty = fields.Number("repetition_penalty"),
            MaxNewTokens = fields.Integer("max_new_tokens", 1, int.MaxValue),
        };
    }

    /// <summary>Writes the file into a folder, atomically.</summary>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        JsonText.Save(Path.Combine(directory, FileName), json =>
        {
            json.WriteStartObject();
            WriteInteger(json, "bos_token_id", BosTokenId);
            json.WriteBoolean("do_sample", DoSample);
            if (EosTokenIds is [int only])
            {
                json.WriteNumber("eos_token_id", only);
            }
            else if (EosTokenIds.Count > 1)
            {
                json.WriteStartArray("eos_token_id");
                foreach (int id in EosTokenIds)
                {
                    json.WriteNumberValue(id);
                }

                json.WriteEndArray();
            }

            WriteInteger(json, "max_new_tokens", MaxNewTokens);
            WriteInteger(json, "pad_token_id", PadTokenId);
            WriteNumber(json, "repetition_penalty", RepetitionPenalty);
            WriteNumber(json, "temperature", Temperature);
            WriteInteger(json, "top_k", TopK);
            WriteNumber(json, "top_p", TopP);
            json.WriteEndObject();
        });
    }

    private static void WriteInteger(Utf8JsonWriter json, string name, int? value)
    {
        if (value is int number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number)
        {
            json.WriteNumber(name, number);
        }
    }
}
