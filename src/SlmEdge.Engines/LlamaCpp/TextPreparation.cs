using System.Globalization;
using System.Text;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// What a tokenizer does to a text before it is cut, where libllama does not: composing it (Unicode form C), and dropping the white space that some
/// tokens of a template take with them. The keys come from this project's converter; other GGUF files have none, and their text is left alone.
/// </summary>
internal sealed class TextPreparation
{
    private const string NormalizerKey = "slmedge.tokenizer.normalizer";
    private const string StripRightKey = "slmedge.tokenizer.strip_right";

    private readonly bool composes;
    private readonly string[] strippingTokens;

    private TextPreparation(bool composes, string[] strippingTokens)
    {
        this.composes = composes;
        this.strippingTokens = strippingTokens;
    }

    /// <param name="model">A model that is open.</param>
    /// <param name="tokenText">The text of a token.</param>
    /// <param name="vocabularySize">How many tokens there are.</param>
    /// <exception cref="EngineException">The keys say something that this version does not know.</exception>
    internal static TextPreparation Of(SafeLlamaModelHandle model, Func<int, string> tokenText, int vocabularySize)
    {
        var normalizer = LlamaNative.ReadMetadata(model, NormalizerKey);
        if (normalizer is not (null or "nfc"))
        {
            throw new EngineException($"The model asks for the text normaliser '{normalizer}' ({NormalizerKey}), which this version does not have.");
        }

        var stripping = new List<string>();
        foreach (var word in LlamaNative.ReadMetadata(model, StripRightKey)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            stripping.Add(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < vocabularySize
                ? tokenText(id)
                : throw new EngineException($"The model's key {StripRightKey} names the token '{word}', which does not exist."));
        }

        return new TextPreparation(normalizer is not null, [.. stripping]);
    }

    /// <summary>Whether <see cref="Apply"/> may change this text. Pure ASCII is composed.</summary>
    internal bool Concerns(ReadOnlySpan<byte> utf8, bool parseSpecial) =>
        (composes && !Ascii.IsValid(utf8)) || (parseSpecial && strippingTokens.Length > 0);

    internal string Apply(string text, bool parseSpecial)
    {
        if (composes)
        {
            text = CanonicalComposition.Compose(text);
        }

        return parseSpecial && strippingTokens.Length > 0 ? StripAfterTokens(text) : text;
    }

    private string StripAfterTokens(string text)
    {
        foreach (var token in strippingTokens)
        {
            var found = text.IndexOf(token, StringComparison.Ordinal);
            while (found >= 0)
            {
                var end = found + token.Length;
                var next = end;
                while (next < text.Length && char.IsWhiteSpace(text[next]))
                {
                    next++;
                }

                text = next > end ? string.Concat(text.AsSpan(0, end), text.AsSpan(next)) : text;
                found = text.IndexOf(token, end, StringComparison.Ordinal);
            }
        }

        return text;
    }
}
