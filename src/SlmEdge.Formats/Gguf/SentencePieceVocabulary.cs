using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.SentencePiece;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// A SentencePiece vocabulary as GGUF keys: <c>tokenizer.ggml.model</c> = <c>llama</c>, where scores say in which order pieces merge. Types and scores as
/// llama.cpp's converter writes them (<c>_create_vocab_sentencepiece</c>, <c>LlamaHfVocab</c>), except for the scores of a <c>tokenizer.json</c>.
/// </summary>
internal static class SentencePieceVocabulary
{
    private const float AddedScore = -1000;

    public static GgufTokenList Write(GgufWriter writer, HuggingFaceTokenizer tokenizer, int size)
    {
        var tokens = new GgufTokenList(size, scored: true);
        bool addsPrefix;
        if (tokenizer.SentencePiece is { } model)
        {
            Check(model);
            SetPieces(tokens, model);
            addsPrefix = model.AddDummyPrefix;
        }
        else
        {
            SetTokens(tokens, tokenizer.Json!, tokenizer.Config);
            addsPrefix = tokenizer.Json!.AddsSpacePrefix;
        }

        foreach (AddedToken token in tokenizer.AddedTokens)
        {
            SetAdded(tokens, token);
        }

        tokens.Check();
        CheckBytes(tokens);
        writer.Set(GgufKeys.TokenizerModel, "llama");
        writer.Set(GgufKeys.PreTokenizer, "default");
        writer.Set(GgufKeys.Tokens, tokens.Texts);
        writer.Set(GgufKeys.Scores, tokens.Scores!);
        writer.Set(GgufKeys.TokenTypes, tokens.Types);
        if (tokenizer.Config?.AddPrefixSpace is bool stated)
        {
            writer.Set(GgufKeys.AddSpacePrefix, stated);
        }
        else if (!addsPrefix)
        {
            writer.Set(GgufKeys.AddSpacePrefix, false);
        }

        return tokens;
    }

    private static void Check(SentencePieceModel model)
    {
        string? problem = model switch
        {
            { Algorithm: not SentencePieceAlgorithm.BytePair } => $"is of the type {model.Algorithm}; llama.cpp's tokenizer for these models merges byte pairs",
            { ReplacesCharacters: true } => $"normalises text ('{model.NormalizerName}'); llama.cpp's tokenizer for these models does not",
            { RemoveExtraWhitespaces: true } => "removes extra white space; llama.cpp's tokenizer for these models does not",
            { WhitespaceAsSuffix: true } => "puts the mark for a space at the end of words; llama.cpp's tokenizer for these models does not",
            _ => null,
        };
        if (problem is not null)
        {
            throw new ModelFormatException($"the SentencePiece model {problem}", element: SentencePieceModel.FileName);
        }
    }

    private static void SetPieces(GgufTokenList tokens, SentencePieceModel model)
    {
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            SentencePieceEntry piece = model.Pieces[id];

            // User-defined pieces count as normal ones, as in llama.cpp's converter: libllama would put a space after each.
            tokens.Set(id, piece.Text, (int)(piece.Type == SentencePieceType.UserDefined ? SentencePieceType.Normal : piece.Type), piece.Score);
        }
    }

    /// <summary>
    /// SentencePiece takes the pair whose joined piece has the best score, so the place of a token's first merge, negated, is its score. llama.cpp's converter
    /// writes the same score for all tokens here, with which libllama merges from the left and gives other tokens than the model was trained on.
    /// </summary>
    private static void SetTokens(GgufTokenList tokens, TokenizerJson json, TokenizerConfig? config)
    {
        var order = new Dictionary<string, int>(StringComparer.Ordinal);
        var merges = new HashSet<(string, string)>(json.Merges.Count);
        foreach (var merge in json.Merges)
        {
            order.TryAdd(merge.Left + merge.Right, order.Count);
            merges.Add(merge);
        }

        string?[] framing = [config?.BosToken, config?.EosToken, config?.UnkToken, config?.PadToken, json.UnknownToken];
        for (int id = 0; id < json.Vocabulary.Count; id++)
        {
            string text = json.Vocabulary[id];
            int type = IsByte(text) ? GgufTokenList.ByteToken : framing.Contains(text) ? GgufTokenList.ControlToken : GgufTokenList.NormalToken;
            if (type == GgufTokenList.NormalToken)
            {
                CheckSplits(text, json, merges);
            }

            tokens.Set(id, text, type, order.TryGetValue(text, out int place) ? -place : AddedScore);
        }
    }

    // libllama joins any two neighbours whose text is a token; where the file has no such merge it would give other tokens.
    private static void CheckSplits(string text, TokenizerJson json, HashSet<(string, string)> merges)
    {
        for (int cut = 1; cut < text.Length; cut++)
        {
            if (!char.IsLowSurrogate(text[cut]) && json.FindToken(text[..cut]) is not null && json.FindToken(text[cut..]) is not null && !merges.Contains((text[..cut], text[cut..])))
            {
                throw new ModelFormatException(
                    $"'{text[..cut]}' and '{text[cut..]}' are tokens and so is '{text}', but they do not merge; llama.cpp would merge them. Put the model's tokenizer.model beside it",
                    element: "model.merges");
            }
        }
    }

    private static void SetAdded(GgufTokenList tokens, AddedToken token)
    {
        if (token.Special || SpecialTokenText.LooksSpecial(token.Content))
        {
            tokens.Set(token.Id, token.Content, GgufTokenList.ControlToken, AddedScore);
        }
        else
        {
            tokens.Set(token.Id, token.Content.Replace('\u2581', ' '), GgufTokenList.UserDefinedToken, AddedScore);
        }
    }

    // libllama ends the process at a character that has neither a token nor byte tokens.
    private static void CheckBytes(GgufTokenList tokens)
    {
        var bytes = tokens.Texts.Where((text, id) => tokens.Types[id] == GgufTokenList.ByteToken).ToHashSet(StringComparer.Ordinal);
        for (int value = 0; value < 256; value++)
        {
            if (!bytes.Contains($"<0x{value:X2}>"))
            {
                throw new ModelFormatException($"has no byte token <0x{value:X2}>; llama.cpp needs all 256 of them", element: "vocabulary");
            }
        }
    }

    private static bool IsByte(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>' && char.IsAsciiHexDigit(text[3]) && char.IsAsciiHexDigit(text[4]);
}
