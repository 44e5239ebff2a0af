using System.Buffers.Binary;
using System.Text;

namespace SlmEdge.Formats.Protobuf;

/// <summary>
/// Reads the protobuf wire format (https://protobuf.dev/programming-guides/encoding) out of mapped bytes without copying nested messages,
/// which Google.Protobuf's public reader cannot do without generated types. Every read is checked against the end of the message.
/// </summary>
internal ref struct WireReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _file;
    private readonly long _start;
    private int _position;

    public WireReader(ReadOnlySpan<byte> bytes, string file, long start)
    {
        _bytes = bytes;
        _file = file;
        _start = start;
    }

    /// <summary>The wire type of the field that <see cref="Next"/> found.</summary>
    private int _wireType;

    /// <summary>The offset in the file.</summary>
    public readonly long Offset => _start + _position;

    /// <summary>Moves to the next field; its value must then be read or skipped.</summary>
    public bool Next(out int field)
    {
        if (_position == _bytes.Length)
        {
            field = 0;
            return false;
        }

        ulong tag = ReadVarint();
        _wireType = (int)(tag & 7);
        field = tag >> 3 is > 0 and <= (1 << 29) - 1 ? (int)(tag >> 3) : throw Wrong("a field number is out of range");
        return true;
    }

    public long Integer()
    {
        Expect(0);
        return unchecked((long)ReadVarint());
    }

    public float Number()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public string Text()
    {
        long offset = Offset;
        ReadOnlySpan<byte> bytes = Bytes();
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ModelFormatException("a string is not valid UTF-8", _file, offset: offset);
        }
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        ulong length = ReadVarint();
        return length <= (ulong)(_bytes.Length - _position)
            ? Take((int)length)
            : throw Wrong($"a field of {length} bytes does not fit into the {_bytes.Length - _position} that are left; the file is truncated or damaged");
    }

    public WireReader Message()
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return new WireReader(bytes, _file, Offset - bytes.Length);
    }

    /// <summary>Adds one integer, or the integers of a packed field.</summary>
    public void Integers(List<long> values, int limit)
    {
        if (_wireType == 0)
        {
            values.Add(Integer());
        }
        else
        {
            WireReader packed = Message();
            while (packed._position < packed._bytes.Length && values.Count <= limit)
            {
                values.Add(unchecked((long)packed.ReadVarint()));
            }
        }

        if (values.Count > limit)
        {
            throw Wrong($"a list has more than {limit} integers");
        }
    }

    /// <summary>Adds one number, or the numbers of a packed field.</summary>
    public void Numbers(List<float> values, int limit)
    {
        if (_wireType == 5)
        {
            values.Add(Number());
        }
        else
        {
            WireReader packed = Message();
            while (packed._position < packed._bytes.Length && values.Count <= limit)
            {
                values.Add(BinaryPrimitives.ReadSingleLittleEndian(packed.Take(4)));
            }
        }

        if (values.Count > limit)
        {
            throw Wrong($"a list has more than {limit} numbers");
        }
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                ReadVarint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Bytes();
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Wrong($"the wire type {_wireType} is obsolete and not accepted");
        }
    }

    public readonly ModelFormatException Wrong(string message) => new(message, _file, offset: Offset);

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
        {
            throw Wrong($"a field has the wire type {_wireType}, where {wireType} is expected; the file is of another format or is damaged");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _position)
        {
            throw Wrong("the message ends inside a field; the file is truncated or damaged");
        }

        ReadOnlySpan<byte> bytes = _bytes.Slice(_position, count);
        _position += count;
        return bytes;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Wrong("an integer has more than ten bytes");
    }
}
