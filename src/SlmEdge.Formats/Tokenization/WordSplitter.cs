using System.Text.RegularExpressions;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tokenization;

/// <summary>
/// The word patterns for counting, as compiled .NET expressions. .NET sees UTF-16 units, so a letter beyond U+FFFF counts as a symbol here and as
/// a letter in the engines' tokenizers; that shifts which merges are learned for such rare letters, never whether text survives a round trip.
/// </summary>
internal static partial class WordSplitter
{
    public static (Regex Pattern, PreTokenizerKind Kind) ForName(string name) => name switch
    {
        "qwen2" => (Qwen2(), PreTokenizerKind.Qwen2),
        "llama3" => (Llama3(), PreTokenizerKind.Llama3),
        "gpt2" => (Gpt2(), PreTokenizerKind.Gpt2),
        _ => throw new ArgumentException($"The pre-tokenizer '{name}' is unknown; use qwen2, llama3 or gpt2.", nameof(name)),
    };

    [GeneratedRegex(PreTokenizerPatterns.Qwen2, RegexOptions.CultureInvariant)]
    private static partial Regex Qwen2();

    [GeneratedRegex(PreTokenizerPatterns.Llama3, RegexOptions.CultureInvariant)]
    private static partial Regex Llama3();

    [GeneratedRegex(PreTokenizerPatterns.Gpt2, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2();
}
