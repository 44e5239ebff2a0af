using System.Security.Cryptography;

namespace SlmEdge.Export.Bundling;

/// <summary>Reads ECDSA keys from PEM files.</summary>
internal static class SigningKey
{
    /// <summary>Reads a private or public key; null when there is no file name.</summary>
    /// <exception cref="ExportException">The file holds no such key.</exception>
    public static ECDsa? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ExportException(
                $"'{path}' holds no ECDSA key in PEM. Make a private one with 'openssl ecparam -name prime256v1 -genkey -noout -out key.pem', its public one with 'openssl ec -in key.pem -pubout -out key.pub.pem'.", exception);
        }
    }
}
