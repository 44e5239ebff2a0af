using System.Text;

namespace SlmEdge.Tasks.Data;

/// <summary>
/// Unicode's normalisation form C (UAX #15): characters and combining marks become the one character that Unicode has for them, marks stand in canonical
/// order. The programs run without ICU, where <see cref="string.Normalize()"/> leaves text as it is, yet "é" typed on one machine and "e" + U+0301 from
/// another have to be the same text, and tokenizers such as Qwen's were trained on composed text.
/// </summary>
public static class CanonicalComposition
{
    /// <summary>The text in form C; half surrogate pairs are left alone. Text that is composed already is returned as it is.</summary>
    public static string Compose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsComposed(text) ? text : Write(Join(Order(Decompose(text))));
    }

    private static bool IsComposed(string text)
    {
        // Nothing below U+0300 decomposes in form C, is a mark or joins what stands before it.
        int start = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF');
        if (start < 0)
        {
            return true;
        }

        CanonicalCompositionTable table = CanonicalCompositionTable.Instance;
        for (int i = start; i < text.Length; i++)
        {
            int code = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                code = char.ConvertToUtf32(text[i], text[++i]);
            }

            if (table.IsOpen(code))
            {
                return false;
            }
        }

        return true;
    }

    private static List<int> Decompose(string text)
    {
        CanonicalCompositionTable table = CanonicalCompositionTable.Instance;
        var codes = new List<int>(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            int code = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                code = char.ConvertToUtf32(text[i], text[++i]);
            }

            if (Hangul.IsSyllable(code))
            {
                Hangul.Decompose(code, codes);
            }
            else if (table.Decompositions.TryGetValue(code, out int[]? parts))
            {
                codes.AddRange(parts);
            }
            else
            {
                codes.Add(code);
            }
        }

        return codes;
    }

    /// <summary>Sorts each run of marks by class; marks of one class keep their order.</summary>
    private static List<int> Order(List<int> codes)
    {
        var classes = CanonicalCompositionTable.Instance.Classes;
        for (int start = 0; start < codes.Count; start++)
        {
            int end = start;
            while (end < codes.Count && classes.ContainsKey(codes[end]))
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] sorted = [.. codes[start..end].OrderBy(code => classes[code])];
                for (int i = 0; i < sorted.Length; i++)
                {
                    codes[start + i] = sorted[i];
                }
            }

            start = end;
        }

        return codes;
    }

    private static List<int> Join(List<int> codes)
    {
        CanonicalCompositionTable table = CanonicalCompositionTable.Instance;
        int written = 0;
        int starter = -1;
        int lastClass = 0;
        foreach (int code in codes.ToArray())
        {
            int combiningClass = table.Classes.GetValueOrDefault(code);

            // A mark is cut off from the starter by one of its own class or a higher one that stayed between.
            bool adjacent = starter == written - 1 || lastClass < combiningClass;
            if (starter >= 0 && adjacent
                && (table.Compositions.TryGetValue((codes[starter], code), out int composed) || Hangul.TryCompose(codes[starter], code, out composed)))
            {
                codes[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = written;
            }

            lastClass = combiningClass;
            codes[written++] = code;
        }

        codes.RemoveRange(written, codes.Count - written);
        return codes;
    }

    private static string Write(List<int> codes)
    {
        var text = new StringBuilder(codes.Count + 8);
        foreach (int code in codes)
        {
            if (code <= 0xFFFF)
            {
                text.Append((char)code);
            }
            else
            {
                text.Append(char.ConvertFromUtf32(code));
            }
        }

        return text.ToString();
    }
}
