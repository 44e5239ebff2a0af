using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// How a <c>tokenizer.json</c> with byte fallback writes spaces: the three spellings in use of SentencePiece's rule (a space is U+2581, words are not cut
/// before the merges), with or without a space before the text.
/// </summary>
internal static class SentencePieceSpacing
{
    private const string Mark = "\u2581";

    /// <returns>Whether a space is put before the text.</returns>
    /// <exception cref="ModelFormatException">The file does something else.</exception>
    public static bool ReadsPrefix(JsonFields root)
    {
        List<JsonElement> normalizers = Steps(root, "normalizer", "normalizers");
        List<JsonElement> preTokenizers = Steps(root, "pre_tokenizer", "pretokenizers");

        // Llama 2, Phi-3: Prepend and Replace, no pre-tokenizer.
        if (preTokenizers.Count == 0 && normalizers.Count == 2 && IsPrepend(normalizers[0]) && IsReplace(normalizers[1]))
        {
            return true;
        }

        // Newer files of Llama and Mistral: Metaspace alone.
        if (normalizers.Count == 0 && preTokenizers.Count == 1 && Text(preTokenizers[0], "type") == "Metaspace"
            && Text(preTokenizers[0], "replacement") == Mark && Flag(preTokenizers[0], "split") == false)
        {
            return Text(preTokenizers[0], "prepend_scheme") is "first" or "always";
        }

        // Gemma: Replace; its Split at spaces finds none any more.
        if (normalizers.Count == 1 && IsReplace(normalizers[0]) && (preTokenizers.Count == 0 || (preTokenizers.Count == 1 && IsSplitAtSpaces(preTokenizers[0]))))
        {
            return false;
        }

        throw root.Wrong("normalizer", "with the pre_tokenizer of this file is not SentencePiece's way to write spaces; llama.cpp knows no other for a vocabulary with byte fallback");
    }

    private static bool IsPrepend(JsonElement step) => Text(step, "type") == "Prepend" && Text(step, "prepend") == Mark;

    private static bool IsReplace(JsonElement step) => Text(step, "type") == "Replace" && Text(step, "content") == Mark && IsSpacePattern(step);

    private static bool IsSplitAtSpaces(JsonElement step) => Text(step, "type") == "Split" && IsSpacePattern(step);

    private static bool IsSpacePattern(JsonElement step) =>
        step.TryGetProperty("pattern", out JsonElement pattern) && pattern.ValueKind == JsonValueKind.Object && Text(pattern, "String") == " ";

    private static List<JsonElement> Steps(JsonFields root, string name, string listName)
    {
        var steps = new List<JsonElement>();
        if (root.TryGet(name, out JsonElement element) && element.ValueKind == JsonValueKind.Object)
        {
            if (Text(element, "type") == "Sequence" && element.TryGetProperty(listName, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            {
                steps.AddRange(list.EnumerateArray().Where(step => step.ValueKind == JsonValueKind.Object));
            }
            else
            {
                steps.Add(element);
            }
        }

        return steps;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
