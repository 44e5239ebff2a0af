using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Safetensors;

/// <summary>Writes safetensors files: atomic and streaming, one tensor at a time.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="entries">The tensors. Their data is laid out by descending element size, then in this order, so that every tensor is aligned to its elements.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>, or null.</param>
    /// <exception cref="ArgumentException">A name stands twice or is <c>__metadata__</c>, or a dimension is negative.</exception>
    /// <exception cref="InvalidOperationException">An entry wrote another number of bytes than its shape and type need.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        SafetensorsEntry[] ordered = [.. entries.OrderByDescending(e => SafetensorsTypes.ByteSize(e.Type))];
        long[] lengths = [.. ordered.Select(ByteLength)];
        byte[] header = Header(ordered, lengths, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            for (int i = 0; i < ordered.Length; i++)
            {
                long before = stream.Position;
                ordered[i].WriteBytes(stream);
                long written = stream.Position - before;
                if (written != lengths[i])
                {
                    throw new InvalidOperationException($"The tensor '{ordered[i].Name}' wrote {written} bytes; its shape and type need {lengths[i]}.");
                }
            }
        });
    }

    private static long ByteLength(SafetensorsEntry entry)
    {
        long bytes = SafetensorsTypes.ByteSize(entry.Type);
        foreach (long dimension in entry.Shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, entry.Name);
            bytes = checked(bytes * dimension);
        }

        return bytes;
    }

    private static byte[] Header(SafetensorsEntry[] entries, long[] lengths, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long position = 0;
            for (int i = 0; i < entries.Length; i++)
            {
                SafetensorsEntry entry = entries[i];
                if (!names.Add(entry.Name))
                {
                    throw new ArgumentException($"The tensor name '{entry.Name}' cannot be used twice or is reserved.", nameof(entries));
                }

                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", SafetensorsTypes.HeaderName(entry.Type));
                json.WriteStartArray("shape");
                foreach (long dimension in entry.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                position = checked(position + lengths[i]);
                json.WriteNumberValue(position);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces at the end align the data section to eight bytes, as the reference writer does.
        byte[] header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }
}
