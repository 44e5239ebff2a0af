using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Gguf;

/// <summary>Reads the header of a GGUF file front to back; every read is checked against the file's length before anything is allocated.</summary>
internal sealed class GgufCursor
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly MappedFile _file;
    private readonly long _end;
    private readonly GgufLimits _limits;

    public GgufCursor(MappedFile file, GgufLimits limits)
    {
        _file = file;
        _limits = limits;
        _end = Math.Min(file.Length, limits.MaxHeaderBytes);
    }

    public long Position { get; private set; }

    public ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count < 0 || count > _end - Position)
        {
            throw Wrong(_end < _file.Length
                ? $"{what} would make the header longer than {_limits.MaxHeaderBytes} bytes"
                : $"{what} needs {count} bytes, but only {_end - Position} are left; the file is truncated or damaged");
        }

        ReadOnlySpan<byte> bytes = _file.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    public int Count(string what, int limit)
    {
        ulong count = UInt64(what);
        return count <= (ulong)limit ? (int)count : throw Wrong($"{what} is {count}; at most {limit} is accepted", -8);
    }

    /// <summary>A string in strict UTF-8.</summary>
    public string Text(string what, int limit)
    {
        int length = Count($"the length of {what}", limit);
        ReadOnlySpan<byte> bytes = Take(length, what);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Wrong($"{what} is not valid UTF-8", -length);
        }
    }

    public GgufValue Value(string key)
    {
        var type = (GgufValueType)UInt32($"the type of '{key}'");
        if (type != GgufValueType.Array)
        {
            return new GgufValue(key, type, null, Scalar(key, type));
        }

        var elementType = (GgufValueType)UInt32($"the element type of '{key}'");
        int count = Count($"the number of elements of '{key}'", _limits.MaxArrayElements);
        int smallest = elementType switch
        {
            GgufValueType.String => 8,
            GgufValueType.Array => throw Wrong($"'{key}' is an array of arrays; llama.cpp does not read those either"),
            _ => ScalarBytes(key, elementType),
        };
        if ((long)count * smallest > _end - Position)
        {
            throw Wrong($"'{key}' claims {count} elements, more than the rest of the file can hold");
        }

        return new GgufValue(key, GgufValueType.Array, elementType, Elements(key, elementType, count));
    }

    public ModelFormatException Wrong(string message, long shift = 0) => new(message, _file.Path, offset: Math.Max(0, Position + shift));

    private int ScalarBytes(string key, GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => throw Wrong($"'{key}' has the unknown type {(uint)type}", -4),
    };

    private object Scalar(string key, GgufValueType type)
    {
        if (type == GgufValueType.String)
        {
            return Text($"the value of '{key}'", _limits.MaxStringBytes);
        }

        ReadOnlySpan<byte> bytes = Take(ScalarBytes(key, type), $"the value of '{key}'");
        return type switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.Bool => Boolean(key, bytes[0]),
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufValueType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    private object Elements(string key, GgufValueType type, int count) => type switch
    {
        GgufValueType.String => Strings(key, count),
        GgufValueType.Bool => Array.ConvertAll(Numbers<byte>(key, count), value => Boolean(key, value)),
        GgufValueType.UInt8 => Numbers<byte>(key, count),
        GgufValueType.Int8 => Numbers<sbyte>(key, count),
        GgufValueType.UInt16 => Numbers<ushort>(key, count),
        GgufValueType.Int16 => Numbers<short>(key, count),
        GgufValueType.UInt32 => Numbers<uint>(key, count),
        GgufValueType.Int32 => Numbers<int>(key, count),
        GgufValueType.Float32 => Numbers<float>(key, count),
        GgufValueType.UInt64 => Numbers<ulong>(key, count),
        GgufValueType.Int64 => Numbers<long>(key, count),
        _ => Numbers<double>(key, count),
    };

    private GgufStrings Strings(string key, int count)
    {
        long start = Position;
        for (int i = 0; i < count; i++)
        {
            Take(Count("a string of an array", _limits.MaxStringBytes), "a string of an array");
        }

        return Position - start <= int.MaxValue
            ? new GgufStrings(_file.Slice(start, Position - start).ToArray(), count)
            : throw Wrong($"the strings of '{key}' have {Position - start} bytes; at most {int.MaxValue} are accepted");
    }

    private T[] Numbers<T>(string key, int count)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("GGUF files are read on little-endian machines only.");
        }

        // The array owns its memory, so the copy also takes care of values that are not aligned in the file.
        var values = new T[count];
        Take((long)count * Unsafe.SizeOf<T>(), $"the values of '{key}'").CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private bool Boolean(string key, byte value) => value <= 1 ? value == 1 : throw Wrong($"'{key}' is a boolean with the value {value}; the specification allows 0 and 1", -1);
}
