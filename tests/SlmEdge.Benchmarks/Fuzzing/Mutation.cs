using System.Buffers.Binary;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>Damages the bytes of a file, the same way for the same seed: mostly in its front, where structure stands.</summary>
internal static class Mutation
{
    private static readonly ulong[] Extremes = [0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, ulong.MaxValue];
    private static readonly byte[] Marks = "{}[]\",:0-\\\0\n"u8.ToArray();

    public static byte[] Apply(byte[] original, int seed)
    {
        var random = new Random(seed);
        var bytes = (byte[])original.Clone();
        for (var count = 1 + random.Next(4); count > 0 && bytes.Length > 0; count--)
        {
            bytes = One(bytes, random);
        }

        return bytes;
    }

    private static byte[] One(byte[] bytes, Random random)
    {
        var at = Place(bytes.Length, random);
        var length = Math.Min(1 + random.Next(64), bytes.Length - at);
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] = Marks[random.Next(Marks.Length)];
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]];
            case 5:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6:
                var other = Place(bytes.Length - length, random);
                return [.. bytes[..at], .. bytes[other..(other + length)], .. bytes[(at + length)..]];
            case 7:
                var noise = new byte[random.Next(256)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            default:
                return Integer(bytes, at, random);
        }
    }

    // A length, a count or an offset becomes an extreme, or off by one.
    private static byte[] Integer(byte[] bytes, int at, Random random)
    {
        if (bytes.Length - at < 8)
        {
            return bytes;
        }

        var field = bytes.AsSpan(at, 8);
        var value = random.Next(3) == 0 ? BinaryPrimitives.ReadUInt64LittleEndian(field) + (ulong)(random.Next(2) == 0 ? -1 : 1) : Extremes[random.Next(Extremes.Length)];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(field, (uint)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(field, value);
        }

        return bytes;
    }

    private static int Place(int length, Random random) =>
        length <= 1 ? 0 : random.Next(random.Next(4) switch { 0 => length, 1 => Math.Min(length, 64), _ => Math.Min(length, 4096) });
}
