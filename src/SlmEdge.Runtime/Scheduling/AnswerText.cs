using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>The bytes of an answer as they come: finds stop strings and hands out text that can no longer become part of one.</summary>
internal sealed class AnswerText(IReadOnlyList<string> stop, Action<string>? onText)
{
    private readonly byte[][] stops = [.. stop.Where(text => text.Length > 0).Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte> bytes = [];
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private char[] characters = new char[64];
    private int handedOut;

    /// <summary>Bytes of the text, without a stop string that ended it.</summary>
    public int Length => bytes.Count;

    /// <summary>Bytes of the text that were handed out.</summary>
    public int HandedOut => handedOut;

    /// <summary>Adds the bytes of a token.</summary>
    /// <returns>Whether a stop string is complete; the text then ends before it.</returns>
    public bool Append(ReadOnlySpan<byte> added)
    {
        bytes.AddRange(added);
        var written = CollectionsMarshal.AsSpan(bytes);
        var first = -1;
        foreach (var one in stops)
        {
            // Only what these bytes completed can be new.
            var from = Math.Max(0, written.Length - added.Length - one.Length + 1);
            var at = written[from..].IndexOf(one);
            if (at >= 0 && (first < 0 || from + at < first))
            {
                first = from + at;
            }
        }

        if (first >= 0)
        {
            CollectionsMarshal.SetCount(bytes, first);
        }

        HandOut(first >= 0 ? first : written.Length - LongestBeginning(written), flush: false);
        return first >= 0;
    }

    /// <summary>Hands out what was held back.</summary>
    /// <returns>The whole text.</returns>
    public string End()
    {
        HandOut(bytes.Count, flush: true);
        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    // The longest end of the text that a stop string begins with.
    private int LongestBeginning(ReadOnlySpan<byte> written)
    {
        var longest = 0;
        foreach (var one in stops)
        {
            for (var length = Math.Min(one.Length - 1, written.Length); length > longest; length--)
            {
                if (written.EndsWith(one.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }

    private void HandOut(int end, bool flush)
    {
        if (onText is null || (end <= handedOut && !flush))
        {
            return;
        }

        var piece = CollectionsMarshal.AsSpan(bytes)[Math.Min(handedOut, end)..end];
        handedOut = Math.Max(handedOut, end);
        if (characters.Length < piece.Length + 4)
        {
            characters = new char[piece.Length + 4];
        }

        var count = decoder.GetChars(piece, characters, flush);
        if (count > 0)
        {
            onText(new string(characters, 0, count));
        }
    }
}
