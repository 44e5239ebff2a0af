namespace SlmEdge.Engines.Sampling;

/// <summary>
/// Candidate tokens, ordered from the likeliest on only as far as asked: a cut at top-p mostly needs a few dozen of tens of thousands.
/// Among equal logits the lower token comes first, so the order is that of a full, stable sort. Allocates nothing once made.
/// </summary>
internal sealed class RankedTokens(int capacity)
{
    // The first stretch put in order; each further one is four times as long, so that ordering all of them stays near the cost of one sort.
    private const int FirstStretch = 64;
    private const int Growth = 4;

    // The negated logit in the upper half, its bits made to order as integers, and the token in the lower: one comparison decides both.
    private readonly ulong[] keys = new ulong[capacity];
    private int ordered;

    /// <summary>How many candidates there are.</summary>
    public int Count { get; private set; }

    /// <summary>Takes every token with at least this logit, in the order of tokens; NaN is never taken.</summary>
    public void Collect(ReadOnlySpan<float> logits, float from)
    {
        Count = 0;
        ordered = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] >= from)
            {
                keys[Count++] = Key(logits[token], token);
            }
        }
    }

    /// <summary>The token at a place.</summary>
    public int Token(int place) => (int)(uint)keys[place];

    /// <summary>The logit at a place.</summary>
    public float Logit(int place)
    {
        var bits = (uint)(keys[place] >> 32);
        return -BitConverter.UInt32BitsToSingle((bits & 0x8000_0000) != 0 ? bits ^ 0x8000_0000 : ~bits);
    }

    /// <summary>Sees to it that the likeliest <paramref name="count"/> stand in front, in order.</summary>
    public void Order(int count)
    {
        while (ordered < Math.Min(count, Count))
        {
            var end = (int)Math.Min(Count, Math.Max(FirstStretch, (long)ordered * Growth));
            if (end < Count)
            {
                Select(end);
            }

            keys.AsSpan(ordered..end).Sort();
            ordered = end;
        }
    }

    /// <summary>Keeps the first <paramref name="count"/>, which must be in order, and drops the rest.</summary>
    public void Keep(int count) => Count = count;

    private static ulong Key(float logit, int token)
    {
        // Adding zero makes one zero of the two, which are equal as logits.
        var bits = BitConverter.SingleToUInt32Bits(-logit + 0f);
        bits = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)bits << 32) | (uint)token;
    }

    // Quickselect (Hoare 1961) with the median of three: afterwards the smallest keys stand before the place. No two keys are equal.
    private void Select(int place)
    {
        var low = ordered;
        var high = Count - 1;
        while (low < high)
        {
            var pivot = Median(keys[low], keys[low + ((high - low) / 2)], keys[high]);
            var left = low;
            var right = high;
            while (left <= right)
            {
                while (keys[left] < pivot)
                {
                    left++;
                }

                while (keys[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (keys[left], keys[right]) = (keys[right], keys[left]);
                    left++;
                    right--;
                }
            }

            if (place <= right)
            {
                high = right;
            }
            else if (place >= left)
            {
                low = left;
            }
            else
            {
                return;
            }
        }
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
