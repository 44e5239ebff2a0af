using SlmEdge.Tasks.Templates;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>The control tokens of a vocabulary, and where a template has put them.</summary>
internal sealed class ControlTokens
{
    private const string Space = " \n";

    private readonly Dictionary<char, List<ControlToken>> _byFirst = [];

    private ControlTokens(IEnumerable<ControlToken> tokens)
    {
        foreach (IGrouping<char, ControlToken> group in tokens.GroupBy(token => token.Text[0]))
        {
            _byFirst.Add(group.Key, [.. group.OrderByDescending(token => token.Text.Length)]);
        }
    }

    /// <summary>
    /// Finds them by what the tokenizer does: their text is one token where control tokens are parsed, and is not where they are not.
    /// </summary>
    public static ControlTokens Of(ITokenizer tokenizer)
    {
        var tokens = new List<ControlToken>();
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            string text = tokenizer.GetTokenText(id);
            if (text.Length > 1 && !IsOnly(tokenizer.Encode(text), id) && IsOnly(tokenizer.Encode(text, parseSpecial: true), id))
            {
                tokens.Add(new ControlToken(
                    id, text, IsOnly(tokenizer.Encode(Space + text, parseSpecial: true), id), IsOnly(tokenizer.Encode(text + Space, parseSpecial: true), id)));
            }
        }

        return new ControlTokens(tokens);
    }

    /// <summary>
    /// The control tokens of a rendered conversation, from left to right, the longest where several begin alike. They are only found in
    /// characters of the template: what users wrote never becomes one, also not together with characters of the template.
    /// </summary>
    public IReadOnlyList<ControlTokenPlace> Find(TemplateText text)
    {
        var places = new List<ControlTokenPlace>();
        int at = 0;
        foreach ((int start, int end) in OwnText(text))
        {
            for (at = Math.Max(at, start); at < end;)
            {
                if (_byFirst.TryGetValue(text.Value[at], out List<ControlToken>? candidates)
                    && candidates.Find(token => token.Text.Length <= end - at && text.Value.AsSpan(at).StartsWith(token.Text)) is { } found)
                {
                    places.Add(new ControlTokenPlace(at, at + found.Text.Length, found));
                    at += found.Text.Length;
                    continue;
                }

                at++;
            }
        }

        return places;
    }

    /// <summary>Stretches of the template's own characters; a mark of generation does not divide them.</summary>
    private static IEnumerable<(int Start, int End)> OwnText(TemplateText text)
    {
        int start = -1;
        foreach (TextRun run in text.Runs)
        {
            if (run.Origin.IsTemplate)
            {
                start = start < 0 ? run.Start : start;
            }
            else if (start >= 0)
            {
                yield return (start, run.Start);
                start = -1;
            }
        }

        if (start >= 0)
        {
            yield return (start, text.Length);
        }
    }

    private static bool IsOnly(int[] tokens, int id) => tokens.Length == 1 && tokens[0] == id;
}
