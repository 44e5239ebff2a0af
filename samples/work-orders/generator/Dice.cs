using System.Globalization;
using System.Text.RegularExpressions;

namespace SlmEdge.Samples.WorkOrders;

/// <summary>Seeded random choices that are the same on every machine and .NET version.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood 2014), because <see cref="Random"/> promises no fixed sequence across versions.</remarks>
public sealed partial class Dice(ulong seed)
{
    private ulong state = seed;

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public int Below(int count)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (int)Math.BigMul(z, (ulong)count, out _);
    }

    /// <summary>True in <paramref name="percent"/> of a hundred throws.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One element.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>One phrase with its number ranges (<c>{n:low-high}</c>) replaced by numbers.</summary>
    public string Phrase(IReadOnlyList<string> phrases) => NumberRange().Replace(Pick(phrases), match =>
    {
        var low = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var high = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return (low + Below(high - low + 1)).ToString(CultureInfo.InvariantCulture);
    });

    /// <summary>Fisher-Yates.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    [GeneratedRegex(@"\{n:(\d+)-(\d+)\}")]
    private static partial Regex NumberRange();
}
