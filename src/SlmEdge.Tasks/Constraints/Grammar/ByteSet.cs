using System.Numerics;
using System.Runtime.CompilerServices;

namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>A set of byte values.</summary>
internal readonly record struct ByteSet(ulong A, ulong B, ulong C, ulong D)
{
    public static ByteSet Range(int from, int to)
    {
        Span<ulong> words = stackalloc ulong[4];
        words.Clear();
        for (int value = from; value <= to; value++)
        {
            words[value >> 6] |= 1UL << (value & 63);
        }

        return new ByteSet(words[0], words[1], words[2], words[3]);
    }

    public static ByteSet operator |(ByteSet x, ByteSet y) => new(x.A | y.A, x.B | y.B, x.C | y.C, x.D | y.D);

    public static ByteSet operator &(ByteSet x, ByteSet y) => new(x.A & y.A, x.B & y.B, x.C & y.C, x.D & y.D);

    public static ByteSet operator ~(ByteSet x) => new(~x.A, ~x.B, ~x.C, ~x.D);

    public bool IsEmpty => (A | B | C | D) == 0;

    /// <summary>The smallest member of a set that is not empty.</summary>
    public byte First
    {
        get
        {
            int value = 0;
            while (!Contains((byte)value))
            {
                value++;
            }

            return (byte)value;
        }
    }

    /// <summary>Writes a value at each member.</summary>
    /// <param name="places">256 places.</param>
    /// <param name="value">The value.</param>
    public void Fill<T>(T[] places, T value)
    {
        ReadOnlySpan<ulong> words = [A, B, C, D];
        for (int word = 0; word < words.Length; word++)
        {
            for (ulong left = words[word]; left != 0; left &= left - 1)
            {
                places[(word << 6) + BitOperations.TrailingZeroCount(left)] = value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(byte value)
    {
        ulong word = (value >> 6) switch { 0 => A, 1 => B, 2 => C, _ => D };
        return ((word >> (value & 63)) & 1) != 0;
    }
}
