using System.Globalization;
using System.Numerics;
using SlmEdge.Tasks.Constraints.Grammar;

namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>
/// Numbers in a range, digit by digit: without exponent, with at most 15 digits in front of the point and so many behind it that a double keeps
/// the bounds apart. Tight to a bound, the digit that the bound has there is the last one allowed; past it all are.
/// </summary>
internal sealed class NumberGrammar(ByteGrammar grammar)
{
    private const int MaxDigits = 15;
    private const int MaxDivisor = 1000;

    private readonly Dictionary<(string Low, string High, int Whole, int At, bool TightLow, bool TightHigh, int Remainder), GrammarNode> _known = [];
    private int _divisor;
    private int _fraction;

    /// <summary>The numbers of a range; null where there is none.</summary>
    /// <exception cref="FormatException">The range cannot be honoured.</exception>
    public GrammarNode? Build(NumberRange range, bool integer)
    {
        (_divisor, int step) = Divisor(range.MultipleOf, integer);
        int bounds = Math.Max(Whole(range.Min), Whole(range.Max));
        _fraction = integer ? 0 : step >= 0 ? step : Math.Max(Math.Max(Scale(range.Min), Scale(range.Max)), Math.Min(9, MaxDigits - bounds));
        _known.Clear();
        BigInteger scale = BigInteger.Pow(10, _fraction);
        BigInteger limit = (BigInteger.Pow(10, MaxDigits) * scale) - 1;
        BigInteger low = range.Min is { } min ? Ceiling(min, range.AboveMin) : -limit;
        BigInteger high = range.Max is { } max ? -Ceiling(-max, range.BelowMax) : limit;
        if (low > limit || high < -limit)
        {
            throw new FormatException("no number of at most 15 digits lies in the range, and longer ones are not written");
        }

        low = BigInteger.Max(low, -limit);
        high = BigInteger.Min(high, limit);
        var ways = new List<GrammarNode>();
        if (high >= 0 && low <= high)
        {
            ways.Add(Unsigned(BigInteger.Max(low, 0), high));
        }

        if (low < 0 && low <= high)
        {
            ways.Add(grammar.Sequence(grammar.Literal("-"), Unsigned(BigInteger.Max(-high, 1), -low)));
        }

        return ways.Count == 0 ? null : grammar.Choice(ways);

        BigInteger Ceiling(decimal bound, bool beyond)
        {
            // Decimal's own scale is at most 28 digits, so this is exact.
            (BigInteger digits, int own) = Parts(bound);
            BigInteger unit = BigInteger.Pow(10, own);
            BigInteger scaled = digits * scale;
            BigInteger up = BigInteger.DivRem(scaled, unit, out BigInteger rest);
            up += rest.Sign > 0 ? 1 : 0;
            return beyond && rest.IsZero ? up + 1 : up;
        }
    }

    private static (BigInteger Digits, int Scale) Parts(decimal value)
    {
        string digits = value.ToString(CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal);
        return (BigInteger.Parse(digits, CultureInfo.InvariantCulture), value.Scale);
    }

    private static int Whole(decimal? value) => value is null ? 0 : decimal.Truncate(Math.Abs(value.Value)).ToString(CultureInfo.InvariantCulture).Length;

    private static int Scale(decimal? value) => value is null ? 0 : (value.Value / 1.0000000000000000000000000000m).Scale;

    /// <summary>The divisor of the digits without their point, and how many digits stand behind it; -1 where no divisor says so.</summary>
    private static (int Divisor, int Fraction) Divisor(decimal? multipleOf, bool integer)
    {
        if (multipleOf is not { } step)
        {
            return (1, -1);
        }

        step /= 1.0000000000000000000000000000m;
        (BigInteger digits, int scale) = Parts(step);
        if (integer)
        {
            // An integer is a multiple of a/10^s just where it is one of a / gcd(a, 10^s).
            digits /= BigInteger.GreatestCommonDivisor(digits, BigInteger.Pow(10, scale));
            scale = 0;
        }

        return digits <= MaxDivisor && scale <= 9 ? ((int)digits, scale) : throw new FormatException($"a multipleOf of more than {MaxDivisor} steps of its last digit");
    }

    private GrammarNode Unsigned(BigInteger low, BigInteger high)
    {
        string most = high.ToString(CultureInfo.InvariantCulture).PadLeft(_fraction + 1, '0');
        int shortest = Math.Max(1, low.ToString(CultureInfo.InvariantCulture).Length - _fraction);
        int longest = most.Length - _fraction;
        var ways = new List<GrammarNode>();
        for (int whole = shortest; whole <= longest; whole++)
        {
            string least = low.ToString(CultureInfo.InvariantCulture).PadLeft(whole + _fraction, '0');
            bool tightLow = whole == shortest;
            bool tightHigh = whole == longest;
            ways.Add(Digits(tightLow ? least : "", tightHigh ? most : "", whole, 0, tightLow, tightHigh, 0, whole > 1));
        }

        return grammar.Choice(ways);
    }

    private GrammarNode Digits(string low, string high, int whole, int at, bool tightLow, bool tightHigh, int rest, bool leading = false)
    {
        // Untied, only the number of digits left matters; it is counted from the point.
        var key = (tightLow ? low : "", tightHigh ? high : "", whole - at, tightLow || tightHigh ? at : 0, tightLow, tightHigh, rest);
        if (!leading && _known.TryGetValue(key, out GrammarNode? known))
        {
            return known;
        }

        var ways = new List<GrammarNode>();
        if (at >= whole && CanEnd())
        {
            ways.Add(grammar.Empty);
        }

        if (at < whole + _fraction)
        {
            if (at >= whole && !tightLow && !tightHigh && _divisor == 1)
            {
                GrammarNode digit = grammar.Range('0', '9');
                int left = whole + _fraction - at;
                ways.Add(at == whole ? grammar.Sequence(grammar.Literal("."), grammar.Repeat(digit, 1, left)) : grammar.Repeat(digit, 0, left));
            }
            else
            {
                int from = tightLow ? low[at] - '0' : leading ? 1 : 0;
                int to = tightHigh ? high[at] - '0' : 9;
                from = leading ? Math.Max(1, from) : from;
                var next = new List<GrammarNode>();
                for (int digit = from; digit <= to;)
                {
                    bool onLow = tightLow && digit == low[at] - '0';
                    bool onHigh = tightHigh && digit == high[at] - '0';
                    int last = onLow || onHigh || _divisor > 1 ? digit : tightHigh ? to - 1 : to;
                    next.Add(grammar.Sequence(
                        grammar.Range('0' + digit, '0' + last), Digits(low, high, whole, at + 1, onLow, onHigh, ((rest * 10) + digit) % _divisor)));
                    digit = last + 1;
                }

                if (next.Count > 0)
                {
                    ways.Add(at == whole ? grammar.Sequence(grammar.Literal("."), grammar.Choice(next)) : grammar.Choice(next));
                }
            }
        }

        GrammarNode node = grammar.Choice(ways);
        if (!leading)
        {
            _known.Add(key, node);
        }

        return node;

        // Digits that are not written are zeros.
        bool CanEnd()
        {
            int left = whole + _fraction - at;
            bool aboveLow = !tightLow || low.AsSpan(at).TrimStart('0').IsEmpty;
            return aboveLow && (_divisor == 1 || rest * BigInteger.Pow(10, left) % _divisor == 0);
        }
    }
}
