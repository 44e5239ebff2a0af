using System.Globalization;
using System.Text;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>
/// Reads the part of ECMA-262's regular expressions that a <see cref="PatternNode"/> can keep: characters, classes, groups, alternatives and quantifiers,
/// with anchors at the ends. What looks around or back is refused.
/// </summary>
internal sealed class PatternParser
{
    private const int MaxRepeat = 100_000;
    private const int MaxLength = 4096;
    private const int MaxGroups = 50;

    private static readonly (int, int)[] Digits = [('0', '9')];
    private static readonly (int, int)[] Word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

    // What every implementation takes for white space, and what any of them does: \s may only be the one, \S nothing of the other.
    private static readonly (int, int)[] Space = [(9, 13), (' ', ' ')];
    private static readonly (int, int)[] AnySpace = [(9, 13), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)];
    private static readonly CodePointSet Dot = CodePointSet.All.Except(CodePointSet.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)));

    private readonly int[] _text;
    private readonly string _pattern;
    private int _at;
    private int _depth;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
        _text = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];
    }

    /// <summary>Reads a pattern; where it is not anchored, any text may stand before and behind.</summary>
    /// <exception cref="FormatException">It is malformed, or holds what cannot be kept. The message says what.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new FormatException($"{pattern.Length} characters; at most {MaxLength} are allowed");
        }

        var parser = new PatternParser(pattern);
        PatternNode node = parser.Alternatives(outermost: true);
        return parser._at == parser._text.Length ? node : throw parser.Refused("')' without '('");
    }

    private PatternNode Alternatives(bool outermost)
    {
        if (++_depth > MaxGroups)
        {
            throw Refused("groups nested too deep");
        }

        PatternNode any = PatternNode.Repeat.Of(new PatternNode.One(CodePointSet.All), 0, null);
        var ways = new List<PatternNode>();
        do
        {
            var parts = new List<PatternNode>();
            bool start = outermost && Take('^');
            bool end = false;
            while (_at < _text.Length && _text[_at] is not ('|' or ')'))
            {
                if (end)
                {
                    throw Refused("'$' that is not at the end");
                }

                if (_text[_at] == '$' && outermost)
                {
                    _at++;
                    end = true;
                    continue;
                }

                PatternNode atom = Atom();
                parts.Add(Quantified(atom));
            }

            ways.Add(new PatternNode.Sequence([.. outermost && !start ? [any] : Array.Empty<PatternNode>(), .. parts, .. outermost && !end ? [any] : Array.Empty<PatternNode>()]));
        }
        while (Take('|'));
        _depth--;
        return ways.Count == 1 ? ways[0] : new PatternNode.Either(ways);
    }

    private PatternNode Atom()
    {
        int c = _text[_at++];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new PatternNode.One(Class());
            case '.':
                return new PatternNode.One(Dot);
            case '\\':
                return new PatternNode.One(CodePointSet.Of(Escape(inClass: false)));
            case '^' or '$':
                throw Refused("an anchor inside the pattern");
            case '*' or '+' or '?' or '{' or '}' or ']':
                throw Refused($"'{(char)c}' at this place; write '\\{(char)c}' for the character");
            default:
                return new PatternNode.One(CodePointSet.Of((c, c)));
        }
    }

    private PatternNode Group()
    {
        if (Take('?'))
        {
            if (Take('<') && _at < _text.Length && _text[_at] is not ('=' or '!'))
            {
                while (_at < _text.Length && !Take('>'))
                {
                    _at++;
                }
            }
            else if (!Take(':'))
            {
                throw Refused("a group that looks around ('(?')");
            }
        }

        PatternNode inner = Alternatives(outermost: false);
        return Take(')') ? inner : throw Refused("'(' without ')'");
    }

    private PatternNode Quantified(PatternNode atom)
    {
        if (_at == _text.Length || _text[_at] is not ('*' or '+' or '?' or '{'))
        {
            return atom;
        }

        (int min, int? max) = _text[_at++] switch { '*' => (0, null), '+' => (1, null), '?' => (0, 1), _ => Counts() };
        Take('?');
        return PatternNode.Repeat.Of(atom, min, max);
    }

    private (int Min, int? Max) Counts()
    {
        int min = Number() ?? throw Refused("a '{' that begins no count");
        int? max = Take(',') ? Number() : min;
        return Take('}') && (max is null || max >= min) ? (min, max) : throw Refused("a count that is malformed");
    }

    private int? Number()
    {
        int? value = null;
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9')
        {
            value = ((value ?? 0) * 10) + _text[_at++] - '0';
            if (value > MaxRepeat)
            {
                throw Refused($"a count above {MaxRepeat}");
            }
        }

        return value;
    }

    private CodePointSet Class()
    {
        bool negated = Take('^');
        var ranges = new List<(int, int)>();
        while (!Take(']'))
        {
            (int From, int To)[] low = Member(negated);
            if (low is [var one] && one.From == one.To && _at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                (int From, int To)[] high = Member(negated);
                ranges.Add(high is [var other] && other.From == other.To && other.From >= one.From ? (one.From, other.From) : throw Refused("a range that is out of order"));
            }
            else
            {
                ranges.AddRange(low);
            }
        }

        return negated ? CodePointSet.All.Except(CodePointSet.Of(ranges)) : CodePointSet.Of(ranges);
    }

    private (int From, int To)[] Member(bool negated)
    {
        if (_at == _text.Length)
        {
            throw Refused("'[' without ']'");
        }

        int c = _text[_at++];
        return c == '\\' ? Escape(inClass: true, negated) : [(c, c)];
    }

    private (int From, int To)[] Escape(bool inClass, bool negated = false)
    {
        if (_at == _text.Length)
        {
            throw Refused("a '\\' at the end");
        }

        int c = _text[_at++];
        switch (c)
        {
            case 'd':
                return Digits;
            case 'D':
                return Complement(Digits);
            case 'w':
                return Word;
            case 'W':
                return Complement(Word);
            case 's':
                return negated ? AnySpace : Space;
            case 'S':
                return Complement(negated ? Space : AnySpace);
            case 't':
                return Single('\t');
            case 'n':
                return Single('\n');
            case 'r':
                return Single('\r');
            case 'f':
                return Single('\f');
            case 'v':
                return Single('\v');
            case '0' when _at == _text.Length || _text[_at] is < '0' or > '9':
                return Single(0);
            case 'b' when inClass:
                return Single('\b');
            case 'x':
                return Single(Hex(2));
            case 'u':
                int value = Hex(4);
                if (value is >= 0xD800 and < 0xDC00 && _at + 1 < _text.Length && _text[_at] == '\\' && _text[_at + 1] == 'u')
                {
                    _at += 2;
                    value = 0x10000 + ((value - 0xD800) << 10) + (Hex(4) - 0xDC00);
                }

                return Single(value);
            case (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'):
                throw Refused($"'\\{new Rune(c)}'");
            default:
                return Single(c);
        }
    }

    private int Hex(int digits)
    {
        int value = 0;
        for (int i = 0; i < digits; i++)
        {
            if (_at == _text.Length || _text[_at] > 'f' || !int.TryParse(((char)_text[_at++]).ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int digit))
            {
                throw Refused("a hexadecimal escape that is malformed");
            }

            value = (value << 4) + digit;
        }

        return value;
    }

    private static (int From, int To)[] Complement((int, int)[] ranges) => [.. CodePointSet.All.Except(CodePointSet.Of(ranges)).Ranges];

    private static (int From, int To)[] Single(int value) => [(value, value)];

    private bool Take(char c)
    {
        bool there = _at < _text.Length && _text[_at] == c;
        _at += there ? 1 : 0;
        return there;
    }

    private FormatException Refused(string what) => new($"the pattern '{_pattern}' has {what} (character {_at}), which cannot be honoured");
}
