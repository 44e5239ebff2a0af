using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary><c>tokenizer_config.json</c>: which tokens frame a sequence, and the chat template.</summary>
public sealed record TokenizerConfig
{
    private const string FileName = "tokenizer_config.json";

    /// <summary>Text of the token at the begin of a sequence, or null.</summary>
    public string? BosToken { get; init; }

    /// <summary>Text of the token at the end of a sequence, or null.</summary>
    public string? EosToken { get; init; }

    /// <summary>Text of the token that fills a batch, or null.</summary>
    public string? PadToken { get; init; }

    /// <summary>Text of the token for unknown input, or null.</summary>
    public string? UnkToken { get; init; }

    /// <summary>Whether encoding puts <see cref="BosToken"/> first; null when the file does not say.</summary>
    public bool? AddBosToken { get; init; }

    /// <summary>Whether encoding puts <see cref="EosToken"/> last; null when the file does not say.</summary>
    public bool? AddEosToken { get; init; }

    /// <summary>Whether a space is put before the text (SentencePiece); null when the file does not say.</summary>
    public bool? AddPrefixSpace { get; init; }

    /// <summary>The chat template (Jinja), or null. A <c>chat_template.jinja</c> beside the file takes precedence: see <see cref="ChatTemplateFile"/>.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Name of the tokenizer class in transformers.</summary>
    public string TokenizerClass { get; init; } = "PreTrainedTokenizerFast";

    /// <summary>Longest sequence in tokens, or null.</summary>
    public long? ModelMaxLength { get; init; }

    /// <summary>Reads the file; null when a folder has none.</summary>
    /// <exception cref="ModelFormatException">The file is malformed.</exception>
    public static TokenizerConfig? Load(string directoryOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryOrFile);
        if (Directory.Exists(directoryOrFile) && !File.Exists(Path.Combine(directoryOrFile, FileName)))
        {
            return null;
        }

        JsonFields fields = ModelFolder.Read(ModelFolder.Resolve(directoryOrFile, FileName));
        return new TokenizerConfig
        {
            BosToken = Token(fields, "bos_token"),
            EosToken = Token(fields, "eos_token"),
            PadToken = Token(fields, "pad_token"),
            UnkToken = Token(fields, "unk_token"),
            AddBosToken = fields.Boolean("add_bos_token"),
            AddEosToken = fields.Boolean("add_eos_token"),
            AddPrefixSpace = fields.Boolean("add_prefix_space"),
            ChatTemplate = Template(fields),
            TokenizerClass = fields.String("tokenizer_class") ?? "PreTrainedTokenizerFast",
            // Hugging Face writes 1e30 for "no limit"; that is no length.
            ModelMaxLength = fields.Number("model_max_length") is double length and >= 1 and < 1e12 ? (long)length : null,
        };
    }

    /// <summary>Writes the file into a folder, atomically.</summary>
    public void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        JsonText.Save(Path.Combine(directory, FileName), json =>
        {
            json.WriteStartObject();
            WriteBoolean(json, "add_bos_token", AddBosToken);
            WriteBoolean(json, "add_eos_token", AddEosToken);
            WriteBoolean(json, "add_prefix_space", AddPrefixSpace);
            WriteString(json, "bos_token", BosToken);
            WriteString(json, "chat_template", ChatTemplate);
            // transformers would otherwise remove spaces before punctuation when it decodes.
            json.WriteBoolean("clean_up_tokenization_spaces", false);
            WriteString(json, "eos_token", EosToken);
            if (ModelMaxLength is long length)
            {
                json.WriteNumber("model_max_length", length);
            }

            WriteString(json, "pad_token", PadToken);
            WriteString(json, "tokenizer_class", TokenizerClass);
            WriteString(json, "unk_token", UnkToken);
            json.WriteEndObject();
        });
    }

    private static string? Token(JsonFields fields, string name)
    {
        if (!fields.TryGet(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
        {
            value = content;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw fields.Wrong(name, "must be a string or an added-token object");
    }

    private static string? Template(JsonFields fields)
    {
        const string Name = "chat_template";
        if (!fields.TryGet(Name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw fields.Wrong(Name, "must be a string or a list of named templates");
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String && name.ValueEquals("default")
                && item.TryGetProperty("template", out JsonElement template) && template.ValueKind == JsonValueKind.String)
            {
                return template.GetString();
            }
        }

        throw fields.Wrong(Name, "lists no template of the name 'default'");
    }

    private static void WriteString(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteBoolean(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is bool flag)
        {
            json.WriteBoolean(name, flag);
        }
    }
}
