using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// The word patterns of published <c>tokenizer.json</c> files (Oniguruma syntax), and their recognition. Source: the
/// <c>pre_tokenizer</c> fields of GPT-2 (Radford et al. 2019), Qwen2, Llama 3, GPT-4o (tiktoken o200k_base), Mistral NeMo and SmolLM.
/// </summary>
internal static class PreTokenizerPatterns
{
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen35 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string CaseSplit = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+{0}|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*{0}|";

    private static readonly string Gpt4o = CaseSplit.Replace("{0}", "(?i:'s|'t|'re|'ve|'m|'ll|'d)?", StringComparison.Ordinal)
        + @"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly string Tekken = CaseSplit.Replace("{0}", string.Empty, StringComparison.Ordinal)
        + @"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The pattern that a Split pre-tokenizer of the kind has, or null when the kind is not one Split.</summary>
    public static string? SplitPattern(PreTokenizerKind kind) => kind switch
    {
        PreTokenizerKind.Qwen2 => Qwen2,
        PreTokenizerKind.Llama3 => Llama3,
        PreTokenizerKind.Qwen35 => Qwen35,
        PreTokenizerKind.Gpt4o => Gpt4o,
        PreTokenizerKind.Tekken => Tekken,
        _ => null,
    };

    /// <summary>Recognises the <c>pre_tokenizer</c> field. <paramref name="byteLevel"/> says whether it maps bytes to GPT-2's alphabet at all.</summary>
    public static PreTokenizerKind Recognise(JsonElement preTokenizer, out bool byteLevel)
    {
        List<JsonElement> steps = [];
        Flatten(preTokenizer, steps);
        byteLevel = steps.Any(s => TypeOf(s) == "ByteLevel");
        return steps.Count switch
        {
            1 when IsByteLevel(steps[0], useRegex: true) => PreTokenizerKind.Gpt2,
            2 when IsByteLevel(steps[1], useRegex: true) && IsSingleDigits(steps[0]) => PreTokenizerKind.SmolLm,
            2 when IsByteLevel(steps[1], useRegex: false) && TypeOf(steps[0]) == "Split" => OfSplit(steps[0]),
            _ => PreTokenizerKind.Unknown,
        };
    }

    private static void Flatten(JsonElement element, List<JsonElement> steps)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (TypeOf(element) == "Sequence" && element.TryGetProperty("pretokenizers", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement step in list.EnumerateArray())
            {
                Flatten(step, steps);
            }
        }
        else
        {
            steps.Add(element);
        }
    }

    private static PreTokenizerKind OfSplit(JsonElement split)
    {
        // Isolated cuts at every match; Removed with invert keeps exactly the matches: the same, because the patterns match everything.
        string behaviour = Text(split, "behavior") ?? string.Empty;
        bool invert = Flag(split, "invert") ?? false;
        if (!((behaviour == "Isolated" && !invert) || (behaviour == "Removed" && invert))
            || !split.TryGetProperty("pattern", out JsonElement pattern) || pattern.ValueKind != JsonValueKind.Object
            || Text(pattern, "Regex") is not { } regex)
        {
            return PreTokenizerKind.Unknown;
        }

        return Enum.GetValues<PreTokenizerKind>().FirstOrDefault(kind => SplitPattern(kind) == regex, PreTokenizerKind.Unknown);
    }

    private static bool IsByteLevel(JsonElement step, bool useRegex) =>
        TypeOf(step) == "ByteLevel" && (Flag(step, "add_prefix_space") ?? true) == false && (Flag(step, "use_regex") ?? true) == useRegex;

    private static bool IsSingleDigits(JsonElement step) => TypeOf(step) == "Digits" && Flag(step, "individual_digits") == true;

    private static string? TypeOf(JsonElement step) => Text(step, "type");

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
