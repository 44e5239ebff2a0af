namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Conditions on the vocabulary of a GGUF file that libllama asserts (ending the process) rather than reports:
/// token texts must be distinct after its treatment of empty texts and zero bytes, the per-token lists must be as long as the token list, and a SentencePiece
/// vocabulary must have a token for every byte.
/// </summary>
internal static class GgufVocabularyCheck
{
    public static void Check(GgufFile file)
    {
        if (!file.Metadata.TryGetValue(GgufKeys.Tokens, out GgufValue? tokensValue))
        {
            return;
        }

        if (tokensValue.ElementType != GgufValueType.String)
        {
            throw new ModelFormatException("must be an array of strings", file.Path, GgufKeys.Tokens);
        }

        IReadOnlyList<string> tokens = tokensValue.AsStrings();
        var seen = new HashSet<string>(tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Count; id++)
        {
            string text = tokens[id];
            int zero = text.IndexOf('\0', StringComparison.Ordinal);
            text = zero < 0 ? text : text[..zero];
            text = text.Length == 0 ? $"[EMPTY_{id}]" : text;

            // Two different ill-formed byte strings may both read as U+FFFD here; they are distinct for libllama.
            if (!seen.Add(text) && !text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new ModelFormatException($"the token '{text}' stands twice (the second time as id {id}); libllama cannot load such a vocabulary", file.Path, GgufKeys.Tokens);
            }
        }

        if (file.Metadata.TryGetValue(GgufKeys.TokenizerModel, out GgufValue? model) && model.Type == GgufValueType.String && model.AsString() == "llama")
        {
            CheckBytes(file, seen);
        }

        CheckArray(file, GgufKeys.TokenTypes, GgufValueType.Int32, tokens.Count);
        CheckArray(file, GgufKeys.Scores, GgufValueType.Float32, tokens.Count);
        CheckArray(file, GgufKeys.Merges, GgufValueType.String, null);
    }

    // libllama looks a byte up at a character that is no token, first by its name and then by itself, and ends the process when there is neither.
    private static void CheckBytes(GgufFile file, HashSet<string> tokens)
    {
        for (int value = 0; value < 256; value++)
        {
            if (!tokens.Contains($"<0x{value:X2}>") && !(value is > 0 and < 0x80 && tokens.Contains(((char)value).ToString())))
            {
                throw new ModelFormatException($"has no token for the byte <0x{value:X2}>; libllama would end the process at a text that needs it", file.Path, GgufKeys.Tokens);
            }
        }
    }

    private static void CheckArray(GgufFile file, string key, GgufValueType type, int? count)
    {
        if (file.Metadata.TryGetValue(key, out GgufValue? value) && (value.ElementType != type || (count is int wanted && value.Count != wanted)))
        {
            throw new ModelFormatException($"must be an array of {type}{(count is null ? string.Empty : $" with {count} elements")}, but is {value}", file.Path, key);
        }
    }
}
