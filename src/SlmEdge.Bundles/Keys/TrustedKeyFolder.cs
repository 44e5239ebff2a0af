using System.Security.Cryptography;

namespace SlmEdge.Bundles.Keys;

/// <summary>The public keys of those whose bundles may run on a device: every <c>*.pem</c> of a folder. Dispose it after the last use.</summary>
public sealed class TrustedKeyFolder : IDisposable
{
    private const int MaxFiles = 64;
    private const int MaxFileBytes = 16 * 1024;

    private readonly List<ECDsa> _keys = [];

    private TrustedKeyFolder()
    {
    }

    /// <summary>The keys, in the order of their file names.</summary>
    public IReadOnlyList<ECDsa> Keys => _keys;

    /// <summary>Reads the keys of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="BundleException">There is no such folder, it holds no key, or a file is no public ECDSA P-256 key in PEM.</exception>
    public static TrustedKeyFolder Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var keys = new TrustedKeyFolder();
        try
        {
            string[] files = Directory.Exists(folder)
                ? Directory.GetFiles(folder, "*.pem")
                : throw new BundleException("the folder of trusted keys does not exist", folder);
            Array.Sort(files, StringComparer.Ordinal);
            // An empty folder must not mean that everybody is trusted.
            if (files.Length is 0 or > MaxFiles)
            {
                throw new BundleException($"has {files.Length} keys (*.pem); 1 to {MaxFiles} are allowed. 'slm-export keygen' writes a public key", folder);
            }

            foreach (string file in files)
            {
                keys._keys.Add(Read(file));
            }

            return keys;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            keys.Dispose();
            throw new BundleException(e.Message, folder, inner: e);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.ForEach(key => key.Dispose());
        _keys.Clear();
    }

    private static ECDsa Read(string file)
    {
        if (new FileInfo(file).Length > MaxFileBytes)
        {
            throw new BundleException($"has more than {MaxFileBytes} bytes; it is no key", file);
        }

        string pem = File.ReadAllText(file);
        // A private key that everybody's devices have is no secret any more.
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new BundleException("is a private key; a device gets the public one ('slm-export keygen --public')", file);
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            BundleSignature.CheckCurve(key);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or BundleException)
        {
            key.Dispose();
            throw new BundleException($"is not a public ECDSA key on P-256 in PEM: {e.Message}", file, inner: e);
        }
    }
}
