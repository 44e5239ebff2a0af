using System.Buffers.Binary;
using System.Text;

namespace SlmEdge.Bundles.Archive;

/// <summary>
/// Reads the directory of a zip file and refuses everything that a bundle does not need: compression, encryption, several disks,
/// comments, entries that overlap or reach past the end, and local headers that say otherwise than the directory.
/// </summary>
internal static class StoredZipReader
{
    private const int MaxEntries = BundleManifestRules.MaxFiles + 2;
    private const int MaxDirectoryBytes = MaxEntries * 512;
    private const int EndLength = 22;
    private const int LocatorLength = 20;

    /// <summary>The entries, in the order of the directory.</summary>
    /// <exception cref="BundleException">The file is not such a zip file.</exception>
    public static IReadOnlyList<StoredZipEntry> ReadDirectory(Stream stream, string bundle)
    {
        long length = stream.Length;
        if (length < EndLength)
        {
            throw Wrong($"has {length} bytes, fewer than the smallest bundle; it is truncated or not a bundle", bundle);
        }

        ReadOnlySpan<byte> end = ReadAt(stream, length - EndLength, EndLength, bundle);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != 0x06054b50 || U16(end, 20) != 0)
        {
            throw Wrong("does not end as a bundle does; it is truncated or not a bundle", bundle);
        }

        if (U16(end, 4) != 0 || U16(end, 6) != 0)
        {
            throw Wrong("is a part of an archive on several disks", bundle);
        }

        long count = U16(end, 10);
        long size = U32(end, 12);
        long start = U32(end, 16);
        long directoryEnd = length - EndLength;
        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue)
        {
            (count, size, start, directoryEnd) = ReadZip64End(stream, length, bundle);
        }

        if (count < 0 || count > MaxEntries || size < 0 || size > MaxDirectoryBytes)
        {
            throw Wrong($"has a directory of {count} entries in {size} bytes; at most {MaxEntries} entries are allowed", bundle);
        }

        if (start < 0 || start + size != directoryEnd)
        {
            throw Wrong($"has a directory at {start} that does not end where it has to", bundle);
        }

        return ReadEntries(stream, (int)count, start, ReadAt(stream, start, (int)size, bundle), bundle);
    }

    private static List<StoredZipEntry> ReadEntries(Stream stream, int count, long start, byte[] directory, string bundle)
    {
        var entries = new List<StoredZipEntry>(count);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            if (directory.Length - at < 46 || U32(directory.AsSpan(at), 0) != 0x02014b50)
            {
                throw Wrong($"has a damaged directory (entry {i})", bundle);
            }

            ReadOnlySpan<byte> header = directory.AsSpan(at);
            int nameLength = U16(header, 28);
            int extraLength = U16(header, 30);
            int total = 46 + nameLength + extraLength + U16(header, 32);
            if (header.Length < total)
            {
                throw Wrong($"has a damaged directory (entry {i})", bundle);
            }

            string name = Name(header.Slice(46, nameLength), bundle);
            long compressed = U32(header, 20);
            long size = U32(header, 24);
            long offset = U32(header, 42);
            ReadZip64Field(header.Slice(46 + nameLength, extraLength), ref size, ref compressed, ref offset, name, bundle);
            if (U16(header, 10) != 0 || size != compressed)
            {
                throw new BundleException("is compressed; the files of a bundle are stored as they are", bundle, name);
            }

            if ((U16(header, 8) & 1) != 0)
            {
                throw new BundleException("is encrypted", bundle, name);
            }

            entries.Add(ReadLocal(stream, name, header.Slice(46, nameLength), offset, size, start, bundle));
            at += total;
        }

        if (at != directory.Length)
        {
            throw Wrong("has bytes after its directory", bundle);
        }

        CheckOverlap(entries, bundle);
        return entries;
    }

    private static StoredZipEntry ReadLocal(Stream stream, string name, ReadOnlySpan<byte> encodedName, long offset, long size, long limit, string bundle)
    {
        if (offset < 0 || offset > limit - 30)
        {
            throw new BundleException($"starts at {offset}, outside of the file", bundle, name);
        }

        byte[] header = ReadAt(stream, offset, 30, bundle);
        int nameLength = U16(header, 26);
        long data = offset + 30 + nameLength + U16(header, 28);
        if (U32(header, 0) != 0x04034b50 || nameLength != encodedName.Length || U16(header, 8) != 0 || (U16(header, 6) & ~(1 << 11)) != 0
            || offset + 30 + nameLength > limit || !ReadAt(stream, offset + 30, nameLength, bundle).AsSpan().SequenceEqual(encodedName))
        {
            throw new BundleException($"has a header at {offset} that does not agree with the directory", bundle, name);
        }

        return size >= 0 && data <= limit && size <= limit - data
            ? new StoredZipEntry(name, data, size, offset)
            : throw new BundleException($"needs {size} bytes at {data}, more than the file has", bundle, name);
    }

    private static (long Count, long Size, long Start, long End) ReadZip64End(Stream stream, long length, string bundle)
    {
        long at = length - EndLength - LocatorLength;
        if (at < 0)
        {
            throw Wrong("has no zip64 directory where it needs one", bundle);
        }

        byte[] locator = ReadAt(stream, at, LocatorLength, bundle);
        long position = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (U32(locator, 0) != 0x07064b50 || position < 0 || position != at - 56)
        {
            throw Wrong("has no zip64 directory where it needs one", bundle);
        }

        byte[] record = ReadAt(stream, position, 56, bundle);
        return U32(record, 0) == 0x06064b50
            ? (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)),
                BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)),
                position)
            : throw Wrong("has a damaged zip64 directory", bundle);
    }

    /// <summary>Replaces the values that did not fit into 32 bits by those of the zip64 field, in the order that the format gives them.</summary>
    private static void ReadZip64Field(ReadOnlySpan<byte> extra, ref long size, ref long compressed, ref long offset, string name, string bundle)
    {
        if (size != uint.MaxValue && compressed != uint.MaxValue && offset != uint.MaxValue)
        {
            return;
        }

        while (extra.Length >= 4)
        {
            int length = U16(extra, 2);
            if (extra.Length < 4 + length)
            {
                break;
            }

            if (U16(extra, 0) == 1)
            {
                ReadOnlySpan<byte> field = extra.Slice(4, length);
                if (Next(ref field, ref size) && Next(ref field, ref compressed) && Next(ref field, ref offset))
                {
                    return;
                }

                break;
            }

            extra = extra[(4 + length)..];
        }

        throw new BundleException("has no size in the directory", bundle, name);

        static bool Next(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value != uint.MaxValue)
            {
                return true;
            }

            if (field.Length < 8)
            {
                return false;
            }

            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            return true;
        }
    }

    private static void CheckOverlap(List<StoredZipEntry> entries, string bundle)
    {
        long free = 0;
        foreach (StoredZipEntry entry in entries.OrderBy(entry => entry.HeaderOffset))
        {
            if (entry.HeaderOffset < free)
            {
                throw new BundleException("shares bytes with another entry", bundle, entry.Name);
            }

            free = entry.Offset + entry.Size;
        }
    }

    private static string Name(ReadOnlySpan<byte> encoded, string bundle)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(encoded);
        }
        catch (DecoderFallbackException e)
        {
            throw new BundleException("has an entry whose name is not UTF-8", bundle, inner: e);
        }
    }

    private static byte[] ReadAt(Stream stream, long offset, int count, string bundle)
    {
        var bytes = new byte[count];
        stream.Position = offset;
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new BundleException($"ends inside its directory (at {offset})", bundle, inner: e);
        }

        return bytes;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static BundleException Wrong(string message, string bundle) => new(message, bundle);
}
