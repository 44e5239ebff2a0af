using System.Buffers.Binary;
using System.Text;

namespace SlmEdge.Bundles.Archive;

/// <summary>
/// Writes a zip file (APPNOTE.TXT 6.3) whose entries are not compressed and whose data starts at a multiple of <see cref="Alignment"/>,
/// so that weights can be mapped into memory straight from it. Sizes beyond 4 GiB use zip64.
/// </summary>
internal sealed class StoredZipWriter(Stream stream)
{
    /// <summary>The page size of x86-64 and most arm64 systems: what a mapping has to start at.</summary>
    public const int Alignment = 4096;

    /// <summary>Below this an entry is not worth a page of its own; it is aligned to a cache line.</summary>
    private const int SmallEntry = 64 * 1024;
    private const int SmallAlignment = 64;
    private const ushort Zip64Field = 0x0001;

    /// <summary>The padding field known from Android's zipalign.</summary>
    private const ushort PaddingField = 0xD935;

    private readonly List<Entry> _entries = [];

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its path.</param>
    /// <param name="size">Its exact size.</param>
    /// <param name="crc">Its CRC-32.</param>
    /// <param name="write">Writes exactly <paramref name="size"/> bytes.</param>
    public void Add(string name, long size, uint crc, Action<Stream> write)
    {
        byte[] encoded = Encoding.UTF8.GetBytes(name);
        bool large = size >= uint.MaxValue;
        int alignment = size >= SmallEntry ? Alignment : SmallAlignment;
        long offset = stream.Position;
        int fixedLength = 30 + encoded.Length + (large ? 20 : 0) + 6;
        int padding = (int)(-(offset + fixedLength) & (alignment - 1));
        Span<byte> header = stackalloc byte[30];
        WriteCommon(header, 0x04034b50, 4, large, crc, size, encoded.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[28..], (ushort)((large ? 20 : 0) + 6 + padding));
        stream.Write(header);
        stream.Write(encoded);
        if (large)
        {
            Span<byte> zip64 = stackalloc byte[20];
            BinaryPrimitives.WriteUInt16LittleEndian(zip64, Zip64Field);
            BinaryPrimitives.WriteUInt16LittleEndian(zip64[2..], 16);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[4..], size);
            BinaryPrimitives.WriteInt64LittleEndian(zip64[12..], size);
            stream.Write(zip64);
        }

        var extra = new byte[6 + padding];
        BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingField);
        BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(2), (ushort)(2 + padding));
        BinaryPrimitives.WriteUInt16LittleEndian(extra.AsSpan(4), (ushort)alignment);
        stream.Write(extra);
        long start = stream.Position;
        write(stream);
        if (stream.Position - start != size)
        {
            throw new BundleException($"changed while it was written ({stream.Position - start} bytes instead of {size})", element: name);
        }

        _entries.Add(new Entry(encoded, size, crc, offset));
    }

    /// <summary>Writes the central directory. Nothing may be added afterwards.</summary>
    public void Finish()
    {
        long start = stream.Position;
        Span<byte> header = stackalloc byte[46];
        Span<byte> zip64 = stackalloc byte[28];
        foreach (Entry entry in _entries)
        {
            bool large = entry.Size >= uint.MaxValue || entry.Offset >= uint.MaxValue;
            header.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 45);
            WriteCommon(header, 0x02014b50, 6, large, entry.Crc, entry.Size, entry.Name.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header[30..], (ushort)(large ? 28 : 0));
            BinaryPrimitives.WriteUInt32LittleEndian(header[42..], large ? uint.MaxValue : (uint)entry.Offset);
            stream.Write(header);
            stream.Write(entry.Name);
            if (large)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(zip64, Zip64Field);
                BinaryPrimitives.WriteUInt16LittleEndian(zip64[2..], 24);
                BinaryPrimitives.WriteInt64LittleEndian(zip64[4..], entry.Size);
                BinaryPrimitives.WriteInt64LittleEndian(zip64[12..], entry.Size);
                BinaryPrimitives.WriteInt64LittleEndian(zip64[20..], entry.Offset);
                stream.Write(zip64);
            }
        }

        long size = stream.Position - start;
        bool zip64End = start >= uint.MaxValue || size >= uint.MaxValue || _entries.Count >= ushort.MaxValue;
        if (zip64End)
        {
            WriteZip64End(start, size);
        }

        Span<byte> end = stackalloc byte[22];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        ushort count = zip64End ? ushort.MaxValue : (ushort)_entries.Count;
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], zip64End ? uint.MaxValue : (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], zip64End ? uint.MaxValue : (uint)start);
        stream.Write(end);
    }

    /// <summary>The fields from "version needed" to "name length", which local and central headers share.</summary>
    private static void WriteCommon(Span<byte> header, uint signature, int at, bool large, uint crc, long size, int nameLength)
    {
        const ushort Utf8Names = 1 << 11;
        const ushort FirstOfJanuary1980 = (1 << 5) | 1;
        BinaryPrimitives.WriteUInt32LittleEndian(header, signature);
        BinaryPrimitives.WriteUInt16LittleEndian(header[at..], large ? (ushort)45 : (ushort)20);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 2)..], Utf8Names);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 4)..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 6)..], 0);
        // A fixed date: the same content gives the same file.
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 8)..], FirstOfJanuary1980);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 10)..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 14)..], large ? uint.MaxValue : (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 18)..], large ? uint.MaxValue : (uint)size);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 22)..], (ushort)nameLength);
    }

    private void WriteZip64End(long start, long size)
    {
        long position = stream.Position;
        Span<byte> record = stackalloc byte[76];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], 44);
        BinaryPrimitives.WriteUInt16LittleEndian(record[12..], 45);
        BinaryPrimitives.WriteUInt16LittleEndian(record[14..], 45);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], _entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], _entries.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[40..], size);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(record[56..], 0x07064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record[64..], position);
        BinaryPrimitives.WriteUInt32LittleEndian(record[72..], 1);
        stream.Write(record);
    }

    private readonly record struct Entry(byte[] Name, long Size, uint Crc, long Offset);
}
