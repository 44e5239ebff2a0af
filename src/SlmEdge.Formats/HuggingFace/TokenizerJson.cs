using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SlmEdge.Formats.Storage;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// A byte-level BPE <c>tokenizer.json</c> in the layout of the Hugging Face tokenizers library. The file's bytes are kept as they were read,
/// so that saving does not change them.
/// </summary>
public sealed class TokenizerJson
{
    private const string FileName = "tokenizer.json";
    private const long MaxFileBytes = 256 << 20;
    private const int MaxTokens = 1 << 22;

    private readonly byte[] _utf8;
    private readonly Dictionary<string, int> _ids;

    private TokenizerJson(byte[] utf8, string? file)
    {
        _utf8 = utf8;
        JsonFields root = new(BoundedJson.ParseModelFile(utf8, file), file ?? FileName);
        JsonFields model = new(root.TryGet("model", out JsonElement modelElement) ? modelElement : throw root.Wrong("model", "is missing"), file ?? FileName);
        string type = model.String("type") ?? "BPE";
        if (type != "BPE")
        {
            throw root.Wrong("model.type", $"is '{type}'; byte-level BPE is supported");
        }

        PreTokenizer = ReadPreTokenizer(root, model, out string description);
        PreTokenizerDescription = description;
        IgnoreMerges = model.Boolean("ignore_merges") ?? false;
        Normalizer = ReadNormalizer(root);
        AddedTokens = ReadAddedTokens(root);
        (Vocabulary, ModelVocabularySize) = ReadVocabulary(model, AddedTokens, root);
        _ids = IdsByText(Vocabulary);
        Merges = ReadMerges(model, root);
        PrependsTokens = ReadPrependedTokens(root);
    }

    /// <summary>Token text by id: in GPT-2's byte alphabet, except for <see cref="AddedTokens"/>, which stand as they are.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>How many of the tokens the BPE model itself lists (the others are only in <see cref="AddedTokens"/>).</summary>
    public int ModelVocabularySize { get; }

    /// <summary>Merges, the most urgent first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Tokens that are found in the text as a whole, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>How text is cut into words.</summary>
    public PreTokenizerKind PreTokenizer { get; }

    /// <summary>The <c>pre_tokenizer</c> field as JSON text.</summary>
    public string PreTokenizerDescription { get; }

    /// <summary>The type of the normalizer (<c>NFC</c>, …), or null when text is taken as it is.</summary>
    public string? Normalizer { get; }

    /// <summary>Whether a word that is a token is taken whole, without asking the merges.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>Tokens that the post-processor puts before every text (usually the begin-of-sequence token).</summary>
    public IReadOnlyList<string> PrependsTokens { get; }

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(_utf8));

    /// <summary>Reads a file.</summary>
    /// <param name="directoryOrFile">The model folder or the file.</param>
    /// <exception cref="ModelFormatException">The file is malformed or is not byte-level BPE.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static TokenizerJson Load(string directoryOrFile)
    {
        string path = ModelFolder.Resolve(directoryOrFile, FileName);
        return new TokenizerJson(BoundedJson.ReadBytes(path, MaxFileBytes), path);
    }

    /// <summary>Parses the text of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="ModelFormatException">The text is malformed or is not byte-level BPE.</exception>
    public static TokenizerJson Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new TokenizerJson(Encoding.UTF8.GetBytes(json), null);
    }

    /// <summary>Parses the bytes of a <c>tokenizer.json</c>; <paramref name="name"/> is how errors call them.</summary>
    /// <exception cref="ModelFormatException">The bytes are malformed or are not byte-level BPE.</exception>
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
    /// <exception cref="ModelFormatException">The parts contradict each other.</exception>
    public static TokenizerJson Create(
        IReadOnlyList<string> vocabulary,
        IReadOnlyList<(string Left, string Right)> merges,
        IReadOnlyList<AddedToken> addedTokens,
        PreTokenizerKind preTokenizer) =>
        new(TokenizerJsonText.Write(vocabulary, merges, addedTokens, preTokenizer), null);

    /// <summary>
    /// Reads the older pair <c>vocab.json</c> and <c>merges.txt</c>, which do not say how text is cut into words or which tokens were added:
    /// the caller must know.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is malformed.</exception>
    public static TokenizerJson LoadVocabularyAndMerges(string directory, PreTokenizerKind preTokenizer, IReadOnlyList<AddedToken> addedTokens)
    {
        string vocabularyPath = ModelFolder.Resolve(directory, "vocab.json");
        string mergesPath = ModelFolder.Resolve(directory, "merges.txt");
        JsonElement root = BoundedJson.ReadFile(vocabularyPath, MaxFileBytes);
        string[] vocabulary = VocabularyByIds(new JsonFields(root, vocabularyPath), root, 0, []);
        var merges = new List<(string, string)>();
        int row = 0;
        foreach (string line in Encoding.UTF8.GetString(BoundedJson.ReadBytes(mergesPath, MaxFileBytes)).Split('\n'))
        {
            row++;
            if (line.Length == 0 || (row == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            merges.Add(SplitMerge(line.TrimEnd('\r')) ?? throw new ModelFormatException($"row {row} must be two tokens with a space between", mergesPath));
        }

        return Create(vocabulary, merges, addedTokens, preTokenizer);
    }

    /// <summary>The id of a token's text, or null. Added tokens are found by their content.</summary>
    public int? FindToken(string text) => _ids.TryGetValue(text, out int id) ? id : null;

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

    private static PreTokenizerKind ReadPreTokenizer(JsonFields root, JsonFields model, out string description)
    {
        if (model.Boolean("byte_fallback") == true)
        {
            throw root.Wrong("model.byte_fallback", "this is a SentencePiece-style vocabulary; byte-level BPE is supported");
        }

        if (!string.IsNullOrEmpty(model.String("continuing_subword_prefix")) || !string.IsNullOrEmpty(model.String("end_of_word_suffix")))
        {
            throw root.Wrong("model", "subword prefixes and suffixes are not byte-level BPE");
        }

        if (model.Number("dropout") is > 0)
        {
            throw root.Wrong("model.dropout", "a random tokenizer cannot be exported; remove the dropout");
        }

        if (!root.TryGet("pre_tokenizer", out JsonElement preTokenizer))
        {
            throw root.Wrong("pre_tokenizer", "is missing; byte-level BPE needs a ByteLevel pre-tokenizer");
        }

        PreTokenizerKind kind = PreTokenizerPatterns.Recognise(preTokenizer, out bool byteLevel);
        description = preTokenizer.GetRawText();
        return byteLevel ? kind : throw root.Wrong("pre_tokenizer", "has no ByteLevel step; byte-level BPE is supported");
    }

    private static string? ReadNormalizer(JsonFields root)
    {
        if (!root.TryGet("normalizer", out JsonElement normalizer) || normalizer.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (normalizer.TryGetProperty("normalizers", out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0)
        {
            return null;
        }

        return normalizer.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : throw root.Wrong("normalizer", "has no type");
    }

    private static List<AddedToken> ReadAddedTokens(JsonFields root)
    {
        var tokens = new List<AddedToken>();
        if (!root.TryGet("added_tokens", out JsonElement list))
        {
            return tokens;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw root.Wrong("added_tokens", "must be a list");
        }

        foreach (JsonElement item in list.EnumerateArray())
        {
            JsonFields token = new(item, "added_tokens");
            string content = token.String("content") ?? throw root.Wrong("added_tokens", "a token has no content");
            if (content.Length == 0)
            {
                throw root.Wrong("added_tokens", "a token is empty");
            }

            tokens.Add(new AddedToken(token.RequiredInteger("id", 0, MaxTokens - 1), content, token.Boolean("special") ?? false)
            {
                StripLeft = token.Boolean("lstrip") ?? false,
                StripRight = token.Boolean("rstrip") ?? false,
            });
        }

        tokens.Sort((a, b) => a.Id.CompareTo(b.Id));
        for (int i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].Id == tokens[i - 1].Id)
            {
                throw root.Wrong("added_tokens", $"the id {tokens[i].Id} stands twice");
            }
        }

        return tokens;
    }

    private static (string[] Vocabulary, int ModelSize) ReadVocabulary(JsonFields model, IReadOnlyList<AddedToken> added, JsonFields root)
    {
        if (!model.TryGet("vocab", out JsonElement vocab) || vocab.ValueKind != JsonValueKind.Object)
        {
            throw root.Wrong("model.vocab", "must be an object of tokens and ids");
        }

        int size = vocab.GetPropertyCount();
        return (VocabularyByIds(root, vocab, added.Count, added), size);
    }

    private static string[] VocabularyByIds(JsonFields root, JsonElement vocab, int extra, IReadOnlyList<AddedToken> added)
    {
        int properties = vocab.GetPropertyCount();
        if (properties == 0 || properties > MaxTokens - extra)
        {
            throw root.Wrong("model.vocab", $"has {properties} tokens; from 1 to {MaxTokens} are supported");
        }

        string?[] byId = new string?[properties + extra];
        int count = 0;
        foreach (JsonProperty entry in vocab.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0 || id >= byId.Length)
            {
                throw root.Wrong("model.vocab", $"the id of '{entry.Name}' must be an integer below the number of tokens; ids must have no gaps");
            }

            if (byId[id] is { } other)
            {
                throw root.Wrong("model.vocab", $"'{other}' and '{entry.Name}' have the same id {id}");
            }

            byId[id] = entry.Name;
            count = Math.Max(count, id + 1);
        }

        foreach (AddedToken token in added)
        {
            if (token.Id >= byId.Length)
            {
                throw root.Wrong("added_tokens", $"the id {token.Id} of '{token.Content}' leaves a gap after the vocabulary");
            }

            if (byId[token.Id] is { } existing && existing != token.Content)
            {
                throw root.Wrong("added_tokens", $"'{token.Content}' has the id {token.Id}, which the vocabulary gives to '{existing}'");
            }

            byId[token.Id] = token.Content;
            count = Math.Max(count, token.Id + 1);
        }

        int gap = Array.IndexOf(byId, null, 0, count);
        return gap < 0 ? Array.ConvertAll(byId[..count], token => token!) : throw root.Wrong("model.vocab", $"no token has the id {gap}; ids must have no gaps");
    }

    private List<(string Left, string Right)> ReadMerges(JsonFields model, JsonFields root)
    {
        if (!model.TryGet("merges", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            throw root.Wrong("model.merges", "must be a list");
        }

        var merges = new List<(string, string)>(Math.Min(list.GetArrayLength(), MaxTokens));
        foreach (JsonElement item in list.EnumerateArray())
        {
            var (left, right) = ReadMerge(item) ?? throw root.Wrong("model.merges", $"merge {merges.Count} must be [\"a\", \"b\"] or \"a b\"");
            if (!_ids.ContainsKey(left) || !_ids.ContainsKey(right) || !_ids.ContainsKey(left + right))
            {
                throw root.Wrong("model.merges", $"merge {merges.Count} ('{left}' + '{right}') names a token that is not in the vocabulary");
            }

            merges.Add((left, right));
        }

        return merges;
    }

    private static (string Left, string Right)? ReadMerge(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => SplitMerge(item.GetString()!),
        JsonValueKind.Array when item.GetArrayLength() == 2 && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String =>
            (item[0].GetString()!, item[1].GetString()!),
        _ => null,
    };

    private static (string Left, string Right)? SplitMerge(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < text.Length - 1 && text.IndexOf(' ', space + 1) < 0 ? (text[..space], text[(space + 1)..]) : null;
    }

    private static List<string> ReadPrependedTokens(JsonFields root)
    {
        var tokens = new List<string>();
        if (root.TryGet("post_processor", out JsonElement processor) && processor.ValueKind == JsonValueKind.Object)
        {
            CollectPrepended(processor, tokens);
        }

        return tokens;
    }

    private static void CollectPrepended(JsonElement processor, List<string> tokens)
    {
        if (processor.TryGetProperty("processors", out JsonElement processors) && processors.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement step in processors.EnumerateArray())
            {
                if (step.ValueKind == JsonValueKind.Object)
                {
                    CollectPrepended(step, tokens);
                }
            }
        }

        if (!processor.TryGetProperty("single", out JsonElement single) || single.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (JsonElement piece in single.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.Object || !piece.TryGetProperty("SpecialToken", out JsonElement special))
            {
                return;
            }

            if (special.ValueKind == JsonValueKind.Object && special.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String)
            {
                tokens.Add(id.GetString()!);
            }
        }
    }
}
