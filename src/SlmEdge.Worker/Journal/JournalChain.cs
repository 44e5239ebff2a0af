using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SlmEdge.Worker.Journal;

/// <summary>How entries are chained: an entry's hash is SHA-256 over the hash before it, its number (8 bytes, little-endian) and its body as it is kept.</summary>
internal static class JournalChain
{
    /// <summary>The hash before the first entry.</summary>
    public static byte[] Beginning { get; } = new byte[SHA256.HashSizeInBytes];

    public static byte[] Next(ReadOnlySpan<byte> before, long id, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, id);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(number);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
