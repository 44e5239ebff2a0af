using System.Buffers.Binary;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Finds the fields of an undamaged GGUF file (version 3, as its specification in ggml lays it out) and writes other values into some: counts,
/// types, numbers, dimensions and offsets.
/// </summary>
internal static class GgufFields
{
    private static readonly ulong[] Extremes = [0, 1, 2, 3, 31, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, ulong.MaxValue, 0x7FC0_0000, 0x7F80_0000];

    public static byte[] Damage(byte[] original, Random random)
    {
        var fields = Find(original);
        var bytes = (byte[])original.Clone();
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var (at, size) = fields[random.Next(fields.Count)];
            var value = random.Next(3) switch
            {
                0 => Extremes[random.Next(Extremes.Length)],
                1 => Read(bytes, at, size) + (ulong)(random.Next(2) == 0 ? 1 : -1),
                _ => Other(bytes, fields, size, random),
            };
            Write(bytes, at, size, value);
        }

        return bytes;
    }

    // What another field of the same size holds: types, dimensions and offsets are exchanged that way.
    private static ulong Other(byte[] bytes, List<(int At, int Size)> fields, int size, Random random)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var (at, other) = fields[random.Next(fields.Count)];
            if (other == size)
            {
                return Read(bytes, at, size);
            }
        }

        return 0;
    }

    private static List<(int At, int Size)> Find(byte[] bytes)
    {
        var fields = new List<(int, int)> { (4, 4), (8, 8), (16, 8) };
        var tensors = (int)Read(bytes, 8, 8);
        var pairs = (int)Read(bytes, 16, 8);
        var at = 24;
        for (; pairs > 0; pairs--)
        {
            Text(bytes, fields, ref at);
            fields.Add((at, 4));
            var type = (int)Read(bytes, at, 4);
            at += 4;
            Value(bytes, type, fields, ref at);
        }

        for (; tensors > 0; tensors--)
        {
            Text(bytes, fields, ref at);
            fields.Add((at, 4));
            var dimensions = (int)Read(bytes, at, 4);
            at += 4;
            for (; dimensions > 0; dimensions--, at += 8)
            {
                fields.Add((at, 8));
            }

            fields.Add((at, 4));
            fields.Add((at + 4, 8));
            at += 12;
        }

        return fields;
    }

    private static void Value(byte[] bytes, int type, List<(int, int)> fields, ref int at)
    {
        if (type == 8)
        {
            Text(bytes, fields, ref at);
        }
        else if (type == 9)
        {
            fields.Add((at, 4));
            fields.Add((at + 4, 8));
            var element = (int)Read(bytes, at, 4);
            var count = (int)Read(bytes, at + 4, 8);
            at += 12;

            // The first elements stand for all, so that long arrays do not hide everything else.
            var some = new List<(int, int)>();
            for (; count > 0; count--)
            {
                Value(bytes, element, some, ref at);
            }

            fields.AddRange(some.Take(8));
        }
        else
        {
            var size = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, _ => 8 };
            fields.Add((at, size));
            at += size;
        }
    }

    private static void Text(byte[] bytes, List<(int, int)> fields, ref int at)
    {
        fields.Add((at, 8));
        at += 8 + (int)Read(bytes, at, 8);
    }

    private static ulong Read(byte[] bytes, int at, int size) => size switch
    {
        1 => bytes[at],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at)),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)),
    };

    private static void Write(byte[] bytes, int at, int size, ulong value)
    {
        for (var i = 0; i < size; i++, value >>= 8)
        {
            bytes[at + i] = (byte)value;
        }
    }
}
