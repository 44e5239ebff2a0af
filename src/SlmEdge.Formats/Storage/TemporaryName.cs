using System.Security.Cryptography;

namespace SlmEdge.Formats.Storage;

/// <summary>Names of unfinished files and folders: hidden, beside the final name (so that a rename stays on one file system), never the same twice.</summary>
internal static class TemporaryName
{
    public static string Beside(string finalPath)
    {
        string trimmed = Path.TrimEndingDirectorySeparator(finalPath);
        string folder = Path.GetDirectoryName(trimmed) ?? string.Empty;
        return Path.Combine(folder, $".{Path.GetFileName(trimmed)}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.partial");
    }
}
