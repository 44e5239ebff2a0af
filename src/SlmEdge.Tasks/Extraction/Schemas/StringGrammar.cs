using System.Globalization;
using System.Text;
using SlmEdge.Tasks.Constraints.Grammar;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>Strings as JSON writes them: raw UTF-8, with a backslash only where JSON wants one.</summary>
internal sealed class StringGrammar(ByteGrammar grammar)
{
    private static readonly CodePointSet Escaped = CodePointSet.Of((0, 0x1F), ('"', '"'), ('\\', '\\'));

    private readonly Dictionary<CodePointSet, GrammarNode> _characters = [];
    private readonly Dictionary<PatternNode, GrammarNode> _patterns = new(ReferenceEqualityComparer.Instance);
    private GrammarNode? _any;

    /// <summary>A string of any characters.</summary>
    public GrammarNode Any(int min, int? max) => Quoted(grammar.Repeat(AnyCharacter(), min, max ?? -1));

    /// <summary>A string that follows a pattern.</summary>
    public GrammarNode Pattern(PatternNode pattern) => Quoted(Compile(pattern));

    /// <summary>A string without escapes that is none of the given ones: the name of an additional property.</summary>
    public GrammarNode Except(IEnumerable<string> names) => Quoted(Except([.. names.Distinct(StringComparer.Ordinal).Select(name => name.EnumerateRunes().Select(rune => rune.Value).ToArray())], 0));

    /// <summary>A string in the form that <see cref="Pattern"/> reads.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(Escaped.Contains(c) ? Escape(c) : c.ToString());
        }

        return text.Append('"').ToString();
    }

    private static string Escape(int c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => "\\u" + c.ToString("X4", CultureInfo.InvariantCulture),
    };

    private GrammarNode Quoted(GrammarNode inner) => grammar.Sequence(grammar.Literal("\""), inner, grammar.Literal("\""));

    private GrammarNode Except(List<int[]> names, int at)
    {
        GrammarNode raw = Character(CodePointSet.All.Except(Escaped));
        if (names.Count == 0)
        {
            return grammar.Repeat(raw, 0, -1);
        }

        ILookup<int, int[]> next = names.Where(name => name.Length > at).ToLookup(name => name[at]);
        CodePointSet others = CodePointSet.All.Except(Escaped).Except(CodePointSet.Of(next.Select(group => (group.Key, group.Key))));
        var ways = next.Where(group => !Escaped.Contains(group.Key))
            .Select(group => grammar.Sequence(Character(CodePointSet.Of((group.Key, group.Key))), Except([.. group], at + 1)))
            .Append(grammar.Sequence(Character(others), grammar.Repeat(raw, 0, -1)));
        return grammar.Choice(names.Any(name => name.Length == at) ? ways : ways.Append(grammar.Empty));
    }

    private GrammarNode Compile(PatternNode pattern)
    {
        if (!_patterns.TryGetValue(pattern, out GrammarNode? node))
        {
            node = pattern switch
            {
                PatternNode.One one => Character(one.Set),
                PatternNode.Sequence sequence => grammar.Sequence([.. sequence.Parts.Select(Compile)]),
                PatternNode.Either either => grammar.Choice(either.Parts.Select(Compile)),
                PatternNode.Repeat repeat => grammar.Repeat(Compile(repeat.Part), repeat.Min, repeat.Max ?? -1),
                _ => throw new ArgumentException("unknown part", nameof(pattern)),
            };
            _patterns.Add(pattern, node);
        }

        return node;
    }

    /// <summary>
    /// Any character; besides raw ones also as \u escapes beyond ASCII, because System.Text.Json, which writes the documents that models
    /// are trained on, writes characters beyond U+FFFF as two of them.
    /// </summary>
    private GrammarNode AnyCharacter()
    {
        if (_any is not null)
        {
            return _any;
        }

        GrammarNode hex = grammar.Set(Hex('0', 'F'));
        GrammarNode d = grammar.Set(Hex('D', 'D'));
        GrammarNode beyondAscii = grammar.Choice(
            grammar.Sequence(grammar.Literal("00"), grammar.Set(Hex('8', 'F')), hex),
            grammar.Sequence(grammar.Literal("0"), grammar.Set(Hex('1', 'F')), hex, hex),
            grammar.Sequence(grammar.Set(Hex('1', 'C') | Hex('E', 'F')), hex, hex, hex),
            grammar.Sequence(d, grammar.Range('0', '7'), hex, hex),
            grammar.Sequence(d, grammar.Set(Hex('8', 'B')), hex, hex, grammar.Literal("\\u"), d, grammar.Set(Hex('C', 'F')), hex, hex));
        return _any = grammar.Choice(Character(CodePointSet.All), grammar.Sequence(grammar.Literal("\\u"), beyondAscii));
    }

    private static ByteSet Hex(char from, char to)
    {
        var set = default(ByteSet);
        const string Digits = "0123456789ABCDEF";
        for (int i = Digits.IndexOf(from, StringComparison.Ordinal); i <= Digits.IndexOf(to, StringComparison.Ordinal); i++)
        {
            set |= ByteSet.Range(Digits[i], Digits[i]) | ByteSet.Range(char.ToLowerInvariant(Digits[i]), char.ToLowerInvariant(Digits[i]));
        }

        return set;
    }

    private GrammarNode Character(CodePointSet set)
    {
        if (_characters.TryGetValue(set, out GrammarNode? known))
        {
            return known;
        }

        var ways = new List<GrammarNode>();
        var ascii = default(ByteSet);
        foreach ((int from, int to) in set.Except(Escaped).Ranges)
        {
            if (from < 0x80)
            {
                ascii |= ByteSet.Range(from, Math.Min(to, 0x7F));
            }

            if (to >= 0x80)
            {
                Encode(Math.Max(from, 0x80), to, ways);
            }
        }

        if (!ascii.IsEmpty)
        {
            ways.Insert(0, grammar.Set(ascii));
        }

        for (int c = 0; c <= '\\'; c++)
        {
            if (Escaped.Contains(c) && set.Contains(c))
            {
                ways.Add(grammar.Literal(Escape(c)));
            }
        }

        GrammarNode node = grammar.Choice(ways);
        _characters.Add(set, node);
        return node;
    }

    /// <summary>The UTF-8 forms of a range: split until the bytes of all its members vary independently.</summary>
    private void Encode(int from, int to, List<GrammarNode> ways)
    {
        foreach (int limit in (int[])[0x7FF, 0xFFFF])
        {
            if (from <= limit && to > limit)
            {
                Encode(from, limit, ways);
                Encode(limit + 1, to, ways);
                return;
            }
        }

        for (int bits = 6; bits <= 18; bits += 6)
        {
            int mask = (1 << bits) - 1;
            if ((from & ~mask) == (to & ~mask))
            {
                continue;
            }

            if ((from & mask) != 0)
            {
                Encode(from, from | mask, ways);
                Encode((from | mask) + 1, to, ways);
                return;
            }

            if ((to & mask) != mask)
            {
                Encode(from, (to & ~mask) - 1, ways);
                Encode(to & ~mask, to, ways);
                return;
            }
        }

        byte[] first = Encoding.UTF8.GetBytes(new Rune(from).ToString());
        byte[] last = Encoding.UTF8.GetBytes(new Rune(to).ToString());
        ways.Add(grammar.Sequence([.. first.Zip(last, (low, high) => grammar.Range(low, high))]));
    }
}
