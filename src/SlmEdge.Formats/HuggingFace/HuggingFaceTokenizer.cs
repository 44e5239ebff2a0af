using System.Security.Cryptography;
using System.Text;
using SlmEdge.Formats.SentencePiece;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// The tokenizer of a model folder, in whichever of Hugging Face's layouts it has: <c>tokenizer.json</c>, SentencePiece's <c>tokenizer.model</c>, or
/// <c>vocab.json</c> with <c>merges.txt</c>; with <c>tokenizer_config.json</c>, added tokens and chat template beside it.
/// </summary>
public sealed class HuggingFaceTokenizer
{
    private HuggingFaceTokenizer(TokenizerJson? json, SentencePieceModel? sentencePiece, TokenizerConfig? config)
    {
        Json = json;
        SentencePiece = sentencePiece;
        Config = config;
        ChatTemplate = config?.ChatTemplate;
        AddedTokens = json?.AddedTokens ?? [];
    }

    /// <summary>The BPE definition; null where there is only a SentencePiece model.</summary>
    public TokenizerJson? Json { get; }

    /// <summary>The SentencePiece model, which then defines the tokens; null for the other layouts.</summary>
    public SentencePieceModel? SentencePiece { get; }

    /// <summary><c>tokenizer_config.json</c>, or null.</summary>
    public TokenizerConfig? Config { get; }

    /// <summary>The chat template, or null.</summary>
    public string? ChatTemplate { get; private init; }

    /// <summary>Tokens beside the vocabulary, by id; they go before tokens of the vocabulary with the same id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; private init; }

    /// <summary>How many tokens there are.</summary>
    public int TokenCount => SentencePiece is null
        ? Json!.Vocabulary.Count
        : Math.Max(SentencePiece.Pieces.Count, AddedTokens.Count == 0 ? 0 : AddedTokens[^1].Id + 1);

    /// <summary>SHA-256 of the definition, lower-case hexadecimal: of <c>tokenizer.json</c>, or of the model and its added tokens.</summary>
    public string Sha256
    {
        get
        {
            if (SentencePiece is null)
            {
                return Json!.Sha256;
            }

            string added = string.Concat(AddedTokens.Select(token => $"\n{token.Id} {token.Special} {token.Content}"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SentencePiece.Sha256 + added)));
        }
    }

    /// <summary>Token ids by role (<c>bos</c>, <c>eos</c>, …) that the model's <c>config.json</c> states.</summary>
    internal IReadOnlyDictionary<string, int> ModelIds { get; private init; } = new Dictionary<string, int>();

    /// <summary>A tokenizer that is already in memory.</summary>
    /// <param name="json">The definition.</param>
    /// <param name="config">Which tokens frame a text, and the chat template; null when there is no <c>tokenizer_config.json</c>.</param>
    public static HuggingFaceTokenizer Of(TokenizerJson json, TokenizerConfig? config)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new HuggingFaceTokenizer(json, null, config);
    }

    /// <summary>Reads the tokenizer of a folder.</summary>
    /// <param name="directory">The model folder.</param>
    /// <exception cref="ModelFormatException">A file is malformed or of a kind that is not supported; the message names it.</exception>
    /// <exception cref="FileNotFoundException">The folder has no tokenizer.</exception>
    public static HuggingFaceTokenizer Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        TokenizerConfig? config = TokenizerConfig.Load(directory);
        IReadOnlyList<AddedToken> added = AddedTokenFiles.Load(directory);
        bool Has(string name) => File.Exists(Path.Combine(directory, name));

        TokenizerJson? json = Has("tokenizer.json") ? TokenizerJson.Load(directory) : null;
        SentencePieceModel? sentencePiece = null;
        if (json is null or { ByteFallback: true } && Has(SentencePieceModel.FileName))
        {
            // The model's own scores say in which order pieces merge; the merges of tokenizer.json were derived from them.
            sentencePiece = SentencePieceModel.Load(directory);
        }
        else if (json is null)
        {
            json = Has("vocab.json") && Has("merges.txt")
                ? FromVocabularyAndMerges(directory, config, added)
                : throw new FileNotFoundException(
                    $"There is no tokenizer in '{directory}'; a model folder in the Hugging Face layout needs tokenizer.json, tokenizer.model, or vocab.json with merges.txt.",
                    Path.Combine(directory, "tokenizer.json"));
        }

        return new HuggingFaceTokenizer(json, sentencePiece, config)
        {
            AddedTokens = sentencePiece is null || added.Count == 0 ? AddedByJson(json, sentencePiece) : added,
            ChatTemplate = ChatTemplateFile.Load(directory),
            ModelIds = ReadModelIds(directory),
        };
    }

    // What the SentencePiece model has itself stays as it is there.
    private static IReadOnlyList<AddedToken> AddedByJson(TokenizerJson? json, SentencePieceModel? model) => json is null
        ? []
        : model is null
            ? json.AddedTokens
            : [.. json.AddedTokens.Where(token => token.Id >= model.Pieces.Count || model.Pieces[token.Id].Text != token.Content)];

    // These files do not say how text is cut; transformers knows it by the tokenizer's class (models/qwen2 and models/gpt2, models/codegen).
    private static TokenizerJson FromVocabularyAndMerges(string directory, TokenizerConfig? config, IReadOnlyList<AddedToken> added)
    {
        string name = config?.TokenizerClass ?? string.Empty;
        (PreTokenizerKind kind, bool composes) = (name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name) switch
        {
            "Qwen2Tokenizer" => (PreTokenizerKind.Qwen2, true),
            "GPT2Tokenizer" or "CodeGenTokenizer" => (PreTokenizerKind.Gpt2, false),
            _ => throw new ModelFormatException(
                $"is '{name}'; for vocab.json with merges.txt it must be Qwen2Tokenizer, GPT2Tokenizer or CodeGenTokenizer. Save the tokenizer as tokenizer.json instead",
                Path.Combine(directory, "tokenizer_config.json"), "tokenizer_class"),
        };
        return TokenizerJson.LoadVocabularyAndMerges(directory, kind, added, composes);
    }

    private static Dictionary<string, int> ReadModelIds(string directory)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        string path = Path.Combine(directory, "config.json");
        if (File.Exists(path))
        {
            JsonFields config = ModelFolder.Read(path);
            foreach (string role in (string[])["bos", "eos", "unk", "pad"])
            {
                // A list of end tokens names none as the one; -1 is "none" in some files.
                if (config.TryGet($"{role}_token_id", out var value) && value.ValueKind == System.Text.Json.JsonValueKind.Number
                    && value.TryGetInt32(out int id) && id >= 0)
                {
                    ids[role] = id;
                }
            }
        }

        return ids;
    }
}
