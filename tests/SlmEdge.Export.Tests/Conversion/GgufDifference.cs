using System.Globalization;
using System.Runtime.InteropServices;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Export.Tests.Conversion;

/// <summary>Everything in which two GGUF files differ: keys with types and values, tensors with shapes, types and bytes.</summary>
internal static class GgufDifference
{
    internal static IReadOnlyList<string> Between(string ours, string theirs)
    {
        using GgufFile a = GgufFile.Open(ours);
        using GgufFile b = GgufFile.Open(theirs);
        return [.. Metadata(a, b), .. Tensors(a, b)];
    }

    private static IEnumerable<string> Metadata(GgufFile ours, GgufFile theirs)
    {
        foreach (string key in ours.Metadata.Keys.Union(theirs.Metadata.Keys).Order(StringComparer.Ordinal))
        {
            string a = ours.Metadata.TryGetValue(key, out GgufValue? mine) ? Text(mine) : "absent";
            string b = theirs.Metadata.TryGetValue(key, out GgufValue? other) ? Text(other) : "absent";
            if (a != b)
            {
                int at = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
                yield return $"{key}: {Excerpt(a, at)} / {Excerpt(b, at)}";
            }
        }
    }

    private static IEnumerable<string> Tensors(GgufFile ours, GgufFile theirs)
    {
        var mine = ours.Tensors.ToDictionary(tensor => tensor.Name);
        var others = theirs.Tensors.ToDictionary(tensor => tensor.Name);
        foreach (string name in mine.Keys.Union(others.Keys).Order(StringComparer.Ordinal))
        {
            if (!mine.TryGetValue(name, out GgufTensor? a) || !others.TryGetValue(name, out GgufTensor? b))
            {
                yield return $"{name}: only {(a is null ? "theirs" : "ours")}";
            }
            else if (a.Type != b.Type || !a.Dimensions.SequenceEqual(b.Dimensions))
            {
                yield return $"{name}: {a.Type} [{string.Join(", ", a.Dimensions)}] / {b.Type} [{string.Join(", ", b.Dimensions)}]";
            }
            else if (!Same(name, ours.GetBytes(name), theirs.GetBytes(name)))
            {
                yield return $"{name}: other bytes";
            }
        }
    }

    // Divisors of rotary frequencies are computed in double precision here, in single precision there.
    private static bool Same(string name, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        if (name != "rope_freqs.weight")
        {
            return ours.SequenceEqual(theirs);
        }

        float[] others = [.. MemoryMarshal.Cast<byte, float>(theirs)];
        return MemoryMarshal.Cast<byte, float>(ours).ToArray().Zip(others).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-6f * Math.Abs(pair.Second));
    }

    private static string Excerpt(string text, int at) => text.Length <= 80 ? text : $"…{text[Math.Max(0, at - 30)..Math.Min(text.Length, at + 50)]}…";

    private static string Text(GgufValue value) => $"{value.Type}{(value.ElementType is { } element ? $"[{value.Count}] of {element}" : string.Empty)} " + (value.Type, value.ElementType) switch
    {
        (GgufValueType.String, _) => value.AsString(),
        (GgufValueType.Bool, _) => value.AsBoolean().ToString(),
        (GgufValueType.Float32 or GgufValueType.Float64, _) => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        (GgufValueType.Array, GgufValueType.String) => string.Join('\u0001', value.AsStrings()),
        (GgufValueType.Array, GgufValueType.Int32) => string.Join(' ', value.AsInt32s()),
        (GgufValueType.Array, GgufValueType.Float32) => string.Join(' ', value.AsFloats().Select(number => number.ToString("R", CultureInfo.InvariantCulture))),
        (GgufValueType.Array, _) => throw new NotSupportedException($"The comparison does not know arrays of {value.ElementType}."),
        _ => value.AsInt64().ToString(CultureInfo.InvariantCulture),
    };
}
