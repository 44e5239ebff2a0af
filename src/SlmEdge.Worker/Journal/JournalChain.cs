using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SlmEdge.Worker.Journal;

/// <summary>
/// How entries are chained: an entry's hash is SHA-256 over the hash before it; its number, its time in milliseconds since 1970 and its subject's number (0 for none),
/// each 8 bytes, little-endian; the length of its kind in a byte, the kind in UTF-8; and its body as it is kept. Every column is in it, so that none can be changed alone.
/// </summary>
internal static class JournalChain
{
    /// <summary>The hash before the first entry.</summary>
    public static byte[] Beginning { get; } = new byte[SHA256.HashSizeInBytes];

    public static byte[] Next(ReadOnlySpan<byte> before, long id, long time, string kind, long? subject, ReadOnlySpan<byte> body)
    {
        Span<byte> columns = stackalloc byte[(3 * sizeof(long)) + 1];
        BinaryPrimitives.WriteInt64LittleEndian(columns, id);
        BinaryPrimitives.WriteInt64LittleEndian(columns[8..], time);
        BinaryPrimitives.WriteInt64LittleEndian(columns[16..], subject ?? 0);
        columns[24] = (byte)kind.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(columns);
        hash.AppendData(Encoding.UTF8.GetBytes(kind));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
