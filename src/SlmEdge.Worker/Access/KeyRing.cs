using System.Security.Cryptography;
using System.Text;

namespace SlmEdge.Worker.Access;

/// <summary>The keys that are valid at this moment: those of a key file, which is read again when it changes.</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class KeyRing
{
    // How long a removed key may go on working.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly string path;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private (DateTime Written, long Length) stamp;
    private long looked;
    private Entry[] entries;

    /// <exception cref="WorkerException">The file is missing or no key file.</exception>
    public KeyRing(string path, WorkerLog log, TimeProvider? time = null)
    {
        this.path = path;
        this.log = log;
        this.time = time ?? TimeProvider.System;
        stamp = Stamp();
        looked = this.time.GetTimestamp();
        entries = Read();
    }

    /// <summary>Finds a key by the characters that a caller sent.</summary>
    /// <returns>The key, or null where it is none of them. The time that it takes does not tell how nearly it was one.</returns>
    public ApiKey? Find(string secret)
    {
        Refresh();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        ApiKey? found = null;
        foreach (var entry in Volatile.Read(ref entries))
        {
            if (CryptographicOperations.FixedTimeEquals(entry.Hash, hash))
            {
                found = entry.Key;
            }
        }

        return found;
    }

    private void Refresh()
    {
        if (time.GetElapsedTime(Volatile.Read(ref looked)) < LookAgainAfter || !gate.TryEnter())
        {
            return;
        }

        try
        {
            Volatile.Write(ref looked, time.GetTimestamp());
            var now = Stamp();
            if (now != stamp)
            {
                Volatile.Write(ref entries, Read());
                stamp = now;
                log.Write(WorkerLogLevel.Information, "keys-read", ("keys", entries.Length));
            }
        }
        catch (WorkerException error)
        {
            // The keys that were valid stay valid: a file that is broken for a moment must not lock everybody out.
            log.Write(WorkerLogLevel.Error, "keys-unreadable", ("detail", error.Message));
        }
        finally
        {
            gate.Exit();
        }
    }

    private Entry[] Read() => [.. ApiKeyFile.Load(path).Keys.Select(key => new Entry(key, Convert.FromHexString(key.Sha256)))];

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private sealed record Entry(ApiKey Key, byte[] Hash);
}
