using System.Text;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// An undamaged ONNX model as a tree of its fields (onnx.proto), of which some are changed: sizes, types, attributes, names of inputs, operators; fields gone,
/// doubled or exchanged. What is written is protobuf again, with right lengths.
/// </summary>
internal static class OnnxTree
{
    private const int Varint = 0;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private static readonly ulong[] Extremes =
        [0, 1, 2, 3, 7, 16, 31, 255, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x4000_0000_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, ulong.MaxValue, 0x7FC0_0000, 0x7F80_0000];

    // Which field of which message is a message itself; all others of wire type 2 are bytes.
    private static readonly Dictionary<(string Message, int Field), string> Messages = new()
    {
        [("model", 7)] = "graph",
        [("model", 8)] = "opset",
        [("model", 14)] = "entry",
        [("graph", 1)] = "node",
        [("graph", 5)] = "tensor",
        [("graph", 11)] = "value",
        [("graph", 12)] = "value",
        [("graph", 13)] = "value",
        [("node", 5)] = "attribute",
        [("attribute", 5)] = "tensor",
        [("attribute", 6)] = "graph",
        [("tensor", 13)] = "entry",
        [("value", 2)] = "type",
        [("type", 1)] = "tensor type",
        [("tensor type", 2)] = "shape",
        [("shape", 1)] = "dimension",
    };

    public static byte[] Damage(byte[] original, Random random)
    {
        var root = new Part { Children = Read(original, "model") };
        for (var count = 1 + random.Next(3); count > 0; count--)
        {
            var all = new List<(Part Part, Part Parent)>();
            Collect(root, all);
            if (all.Count == 0)
            {
                break;
            }

            var (part, parent) = all[random.Next(all.Count)];
            Change(part, parent, all, random);
        }

        using var stream = new MemoryStream();
        Write(root.Children, stream);
        return stream.ToArray();
    }

    private static void Change(Part part, Part parent, List<(Part Part, Part Parent)> all, Random random)
    {
        var siblings = parent.Children!;
        switch (random.Next(8))
        {
            case 0:
                siblings.Remove(part);
                return;
            case 1:
                siblings.Insert(siblings.IndexOf(part), part);
                return;
            case 2:
                var (one, other) = (siblings.IndexOf(part), random.Next(siblings.Count));
                (siblings[one], siblings[other]) = (siblings[other], siblings[one]);
                return;
        }

        if (part.Children is not null)
        {
            // Another one of its kind in its place, such as an attribute of another node.
            var like = Like(part, all, random);
            siblings[siblings.IndexOf(part)] = like;
            return;
        }

        if (part.WireType == Delimited)
        {
            part.Bytes = random.Next(5) switch
            {
                0 => [],
                1 => Encoding.UTF8.GetBytes(new string('x', 1 + random.Next(300))),
                2 when part.Bytes.Length > 0 => Flipped(part.Bytes, random),
                _ => Like(part, all, random).Bytes,
            };
            return;
        }

        part.Value = random.Next(3) switch
        {
            0 => Extremes[random.Next(Extremes.Length)],
            1 => part.Value + (ulong)(random.Next(2) == 0 ? 1 : -1),
            _ => all[random.Next(all.Count)].Part.Value,
        };
    }

    private static Part Like(Part part, List<(Part Part, Part Parent)> all, Random random)
    {
        Part[] like = [.. all.Select(one => one.Part).Where(one => one.Message == part.Message && one.Field == part.Field)];
        return like[random.Next(like.Length)];
    }

    private static byte[] Flipped(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    private static void Collect(Part parent, List<(Part Part, Part Parent)> all)
    {
        foreach (var child in parent.Children!)
        {
            all.Add((child, parent));
            if (child.Children is not null)
            {
                Collect(child, all);
            }
        }
    }

    private static List<Part> Read(ReadOnlySpan<byte> bytes, string message)
    {
        var parts = new List<Part>();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Number(bytes, ref at);
            var part = new Part { Message = message, Field = (int)(tag >> 3), WireType = (int)(tag & 7) };
            switch (part.WireType)
            {
                case Varint:
                    part.Value = Number(bytes, ref at);
                    break;
                case Delimited:
                    var length = (int)Number(bytes, ref at);
                    var content = bytes.Slice(at, length);
                    at += length;
                    if (Messages.TryGetValue((message, part.Field), out var inner))
                    {
                        part.Children = Read(content, inner);
                    }
                    else
                    {
                        part.Bytes = content.ToArray();
                    }

                    break;
                default:
                    for (var i = 0; i < Size(part.WireType); i++)
                    {
                        part.Value |= (ulong)bytes[at++] << (8 * i);
                    }

                    break;
            }

            parts.Add(part);
        }

        return parts;
    }

    private static void Write(List<Part> parts, Stream stream)
    {
        foreach (var part in parts)
        {
            Number(((ulong)part.Field << 3) | (uint)part.WireType, stream);
            switch (part.WireType)
            {
                case Varint:
                    Number(part.Value, stream);
                    break;
                case Delimited:
                    var bytes = part.Bytes;
                    if (part.Children is not null)
                    {
                        using var inner = new MemoryStream();
                        Write(part.Children, inner);
                        bytes = inner.ToArray();
                    }

                    Number((ulong)bytes.Length, stream);
                    stream.Write(bytes);
                    break;
                default:
                    for (var i = 0; i < Size(part.WireType); i++)
                    {
                        stream.WriteByte((byte)(part.Value >> (8 * i)));
                    }

                    break;
            }
        }
    }

    private static int Size(int wireType) => wireType == Fixed32 ? 4 : 8;

    private static ulong Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    private static void Number(ulong value, Stream stream)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    private sealed class Part
    {
        public string Message { get; init; } = "";

        public int Field { get; init; }

        public int WireType { get; init; }

        public ulong Value { get; set; }

        public byte[] Bytes { get; set; } = [];

        public List<Part>? Children { get; set; }
    }
}
