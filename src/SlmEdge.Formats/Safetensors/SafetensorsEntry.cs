using System.Runtime.InteropServices;
using SlmEdge.Formats.Numerics;

namespace SlmEdge.Formats.Safetensors;

/// <summary>One tensor to be written.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, row-major.</param>
/// <param name="WriteBytes">Writes exactly the tensor's little-endian bytes; called once, when its turn comes.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, Action<Stream> WriteBytes)
{
    /// <summary>A tensor from single-precision values, rounded to <paramref name="type"/> (F32, F16, BF16) while it is written.</summary>
    public static SafetensorsEntry FromFloat32(string name, long[] shape, SafetensorsType type, ReadOnlyMemory<float> values) =>
        new(name, Supported(type), shape, stream => Write(stream, type, values.Span));

    /// <summary>A tensor from single-precision values that are fetched only when its turn comes, so that a model need not be in memory at once.</summary>
    public static SafetensorsEntry FromFloat32(string name, long[] shape, SafetensorsType type, Func<float[]> values) =>
        new(name, Supported(type), shape, stream => Write(stream, type, values()));

    /// <summary>A tensor from single-precision values that come part by part when its turn comes, so that not even one tensor need be in memory at once.</summary>
    public static SafetensorsEntry FromFloat32(string name, long[] shape, SafetensorsType type, Func<IEnumerable<ReadOnlyMemory<float>>> parts) =>
        new(name, Supported(type), shape, stream =>
        {
            foreach (ReadOnlyMemory<float> part in parts())
            {
                Write(stream, type, part.Span);
            }
        });

    private static SafetensorsType Supported(SafetensorsType type) =>
        type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16
            ? type
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Single-precision values can be written as F32, F16 or BF16.");

    private static void Write(Stream stream, SafetensorsType type, ReadOnlySpan<float> values)
    {
        if (type == SafetensorsType.F32)
        {
            for (int done = 0; done < values.Length; done += 1 << 20)
            {
                stream.Write(MemoryMarshal.AsBytes(values.Slice(done, Math.Min(1 << 20, values.Length - done))));
            }

            return;
        }

        ushort[] buffer = new ushort[Math.Min(values.Length, 1 << 18)];
        for (int done = 0; done < values.Length; done += buffer.Length)
        {
            ReadOnlySpan<float> part = values.Slice(done, Math.Min(buffer.Length, values.Length - done));
            Span<ushort> rounded = buffer.AsSpan(0, part.Length);
            if (type == SafetensorsType.BF16)
            {
                BFloat16Conversion.FromSingle(part, rounded);
            }
            else
            {
                Float16Conversion.FromSingle(part, rounded);
            }

            stream.Write(MemoryMarshal.AsBytes(rounded));
        }
    }
}
