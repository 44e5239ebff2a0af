using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Formats.Storage;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// A BPE <c>tokenizer.json</c> in the layout of the Hugging Face tokenizers library, byte-level (GPT-2 and after) or of SentencePiece's kind (Llama 2,
/// Phi-3, Gemma). The file's bytes are kept as they were read, so that saving does not change them.
/// </summary>
public sealed class TokenizerJson
{
    private const string FileName = "tokenizer.json";
    private const long MaxFileBytes = 256 << 20;

    private readonly byte[] _utf8;
    private readonly string? _postProcessor;
    private readonly Dictionary<string, int> _ids;

    private TokenizerJson(byte[] utf8, string? file)
    {
        _utf8 = utf8;
        JsonFields root = new(BoundedJson.ParseModelFile(utf8, file), file ?? FileName);
        JsonFields model = new(root.TryGet("model", out JsonElement modelElement) ? modelElement : throw root.Wrong("model", "is missing"), file ?? FileName);
        CheckModel(root, model);
        ByteFallback = model.Boolean("byte_fallback") ?? false;
        (PreTokenizer, PreTokenizerDescription) = ReadPreTokenizer(root, ByteFallback);
        AddsSpacePrefix = ByteFallback && SentencePieceSpacing.ReadsPrefix(root);
        IgnoreMerges = model.Boolean("ignore_merges") ?? false;
        Normalizer = ByteFallback ? null : ReadNormalizer(root);
        UnknownToken = model.String("unk_token");
        AddedTokens = TokenizerJsonVocabulary.ReadAddedTokens(root);
        (Vocabulary, ModelVocabularySize) = TokenizerJsonVocabulary.ReadVocabulary(model, AddedTokens, root);
        _ids = IdsByText(Vocabulary);
        Merges = TokenizerJsonVocabulary.ReadMerges(model, root, _ids);
        _postProcessor = root.TryGet("post_processor", out JsonElement processor) ? processor.GetRawText() : null;
    }

    /// <summary>
    /// Token text by id: in GPT-2's byte alphabet, or with U+2581 for spaces where there is <see cref="ByteFallback"/>; <see cref="AddedTokens"/> stand as
    /// they are.
    /// </summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>How many of the tokens the BPE model itself lists (the others are only in <see cref="AddedTokens"/>).</summary>
    public int ModelVocabularySize { get; }

    /// <summary>Merges, the most urgent first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Tokens that are found in the text as a whole, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>
    /// Whether the vocabulary is of SentencePiece's kind: characters that are no token become byte tokens (<c>&lt;0x0A&gt;</c>). Otherwise it is byte-level.
    /// </summary>
    public bool ByteFallback { get; }

    /// <summary>Whether a space is put before the text; only where there is <see cref="ByteFallback"/>.</summary>
    public bool AddsSpacePrefix { get; }

    /// <summary>The token for unknown input, or null.</summary>
    public string? UnknownToken { get; }

    /// <summary>How text is cut into words; <see cref="PreTokenizerKind.Unknown"/> where there is <see cref="ByteFallback"/>, which cuts nothing.</summary>
    public PreTokenizerKind PreTokenizer { get; }

    /// <summary>The <c>pre_tokenizer</c> field as JSON text.</summary>
    public string PreTokenizerDescription { get; }

    /// <summary>The type of the normalizer (<c>NFC</c>, …), or null when text is taken as it is.</summary>
    public string? Normalizer { get; }

    /// <summary>Whether a word that is a token is taken whole, without asking the merges.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>Tokens that the post-processor puts before every text (usually the begin-of-sequence token).</summary>
    public IReadOnlyList<string> PrependsTokens => Template().Before;

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_utf8));

    /// <summary>Reads a file.</summary>
    /// <param name="directoryOrFile">The model folder or the file.</param>
    /// <exception cref="ModelFormatException">The file is malformed or no BPE of a known kind.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static TokenizerJson Load(string directoryOrFile)
    {
        string path = ModelFolder.Resolve(directoryOrFile, FileName);
        return new TokenizerJson(BoundedJson.ReadBytes(path, MaxFileBytes), path);
    }

    /// <summary>Parses the text of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="ModelFormatException">The text is malformed or no BPE of a known kind.</exception>
    public static TokenizerJson Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new TokenizerJson(Encoding.UTF8.GetBytes(json), null);
    }

    /// <summary>Parses the bytes of a <c>tokenizer.json</c>; <paramref name="name"/> is how errors call them.</summary>
    /// <exception cref="ModelFormatException">The bytes are malformed or no BPE of a known kind.</exception>
    public static TokenizerJson Parse(byte[] utf8, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        return new TokenizerJson([.. utf8], name);
    }

    /// <summary>Makes a tokenizer from its parts.</summary>
    /// <param name="vocabulary">Token text by id, in the byte alphabet (added tokens that have an id in it stand as they are).</param>
    /// <param name="merges">Merges, the most urgent first; both parts and their concatenation must be tokens.</param>
    /// <param name="addedTokens">Tokens that are found as a whole; ids beyond the vocabulary extend it without a gap.</param>
    /// <param name="preTokenizer">How text is cut into words; not <see cref="PreTokenizerKind.Unknown"/>.</param>
    /// <param name="composes">Whether text is brought to Unicode's normalisation form C first.</param>
    /// <exception cref="ModelFormatException">The parts contradict each other.</exception>
    public static TokenizerJson Create(
        IReadOnlyList<string> vocabulary,
        IReadOnlyList<(string Left, string Right)> merges,
        IReadOnlyList<AddedToken> addedTokens,
        PreTokenizerKind preTokenizer,
        bool composes = false) =>
        new(TokenizerJsonText.Write(vocabulary, merges, addedTokens, preTokenizer, composes), null);

    /// <summary>
    /// Reads the older pair <c>vocab.json</c> and <c>merges.txt</c>, which do not say how text is cut into words or which tokens were added:
    /// the caller must know.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is malformed.</exception>
    public static TokenizerJson LoadVocabularyAndMerges(
        string directory, PreTokenizerKind preTokenizer, IReadOnlyList<AddedToken> addedTokens, bool composes = false)
    {
        string vocabularyPath = ModelFolder.Resolve(directory, "vocab.json");
        string mergesPath = ModelFolder.Resolve(directory, "merges.txt");
        JsonElement root = BoundedJson.ReadFile(vocabularyPath, MaxFileBytes);
        string[] vocabulary = TokenizerJsonVocabulary.VocabularyByIds(new JsonFields(root, vocabularyPath), root, 0, []);
        var merges = new List<(string, string)>();
        int row = 0;
        foreach (string line in Encoding.UTF8.GetString(BoundedJson.ReadBytes(mergesPath, MaxFileBytes)).Split('\n'))
        {
            row++;
            if (line.Length == 0 || (row == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            merges.Add(TokenizerJsonVocabulary.SplitMerge(line.TrimEnd('\r')) ?? throw new ModelFormatException($"row {row} must be two tokens with a space between", mergesPath));
        }

        return Create(vocabulary, merges, addedTokens, preTokenizer, composes);
    }

    /// <summary>The id of a token's text, or null. Added tokens are found by their content.</summary>
    public int? FindToken(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>
    /// The tokenizer with some of its tokens only. A token's new id is its place among the kept ones, and the merges between kept tokens stay in their order.
    /// </summary>
    /// <param name="ids">The ids that stay, ascending; <see cref="VocabularyTrim"/> chooses them so that nothing is lost.</param>
    /// <exception cref="ArgumentException">The ids are not ascending, or not ids of this tokenizer.</exception>
    /// <exception cref="ModelFormatException">What is left is no tokenizer: an added token is missing.</exception>
    public TokenizerJson Keep(IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (int i = 0; i < ids.Count; i++)
        {
            if (ids[i] <= (i == 0 ? -1 : ids[i - 1]) || ids[i] >= Vocabulary.Count)
            {
                throw new ArgumentException($"has {ids[i]} at place {i}; ids must ascend and be below {Vocabulary.Count}", nameof(ids));
            }
        }

        var kept = ids.ToHashSet();
        return AddedTokens.FirstOrDefault(token => !kept.Contains(token.Id)) is { } missing
            ? throw new ModelFormatException($"the added token '{missing.Content}' would be lost", FileName, "added_tokens")
            : new TokenizerJson(TokenizerJsonTrim.Write(_utf8, Vocabulary, Merges, ids), null);
    }

    /// <summary>Writes the file atomically, byte for byte as it was read or made.</summary>
    /// <param name="path">The file, or an existing folder for <c>tokenizer.json</c> in it.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(Directory.Exists(path) ? Path.Combine(path, FileName) : path, stream => stream.Write(_utf8));
    }

    private static Dictionary<string, int> IdsByText(IReadOnlyList<string> vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ids.TryAdd(vocabulary[id], id);
        }

        return ids;
    }

    internal SequenceTemplate Template(params string?[] separators) => SequenceTemplate.Read(_postProcessor, separators);

    private static void CheckModel(JsonFields root, JsonFields model)
    {
        string type = model.String("type") ?? "BPE";
        if (type != "BPE")
        {
            throw root.Wrong("model.type", $"is '{type}'; BPE is supported");
        }

        if (!string.IsNullOrEmpty(model.String("continuing_subword_prefix")) || !string.IsNullOrEmpty(model.String("end_of_word_suffix")))
        {
            throw root.Wrong("model", "subword prefixes and suffixes are not supported");
        }

        if (model.Number("dropout") is > 0)
        {
            throw root.Wrong("model.dropout", "a random tokenizer cannot be exported; remove the dropout");
        }
    }

    private static (PreTokenizerKind Kind, string Description) ReadPreTokenizer(JsonFields root, bool byteFallback)
    {
        if (!root.TryGet("pre_tokenizer", out JsonElement preTokenizer))
        {
            return byteFallback
                ? (PreTokenizerKind.Unknown, "null")
                : throw root.Wrong("pre_tokenizer", "is missing; byte-level BPE needs a ByteLevel pre-tokenizer");
        }

        PreTokenizerKind kind = PreTokenizerPatterns.Recognise(preTokenizer, out bool byteLevel);
        return byteLevel == byteFallback
            ? throw root.Wrong(
                byteFallback ? "model.byte_fallback" : "pre_tokenizer",
                "must be either byte-level (a ByteLevel step in pre_tokenizer) or SentencePiece-style (byte_fallback), and exactly one of them")
            : (kind, preTokenizer.GetRawText());
    }

    private static string? ReadNormalizer(JsonFields root)
    {
        if (!root.TryGet("normalizer", out JsonElement normalizer) || normalizer.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (normalizer.TryGetProperty("normalizers", out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is 0 or 1)
        {
            if (list.GetArrayLength() == 0)
            {
                return null;
            }

            normalizer = list[0];
        }

        return normalizer.ValueKind == JsonValueKind.Object && normalizer.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : throw root.Wrong("normalizer", "has no type");
    }
}
