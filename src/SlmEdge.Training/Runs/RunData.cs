using System.Security.Cryptography;

namespace SlmEdge.Training.Runs;

/// <summary>A data file of a run.</summary>
/// <param name="Role"><c>train</c>, <c>valid</c> or <c>corpus</c>.</param>
/// <param name="Path">Absolute path at the time of the run.</param>
/// <param name="Sha256">Hash of the file's bytes.</param>
/// <param name="Rows">Rows used, where they are counted.</param>
public sealed record RunData(string Role, string Path, string Sha256, int? Rows = null)
{
    /// <summary>Describes a corpus file.</summary>
    /// <param name="path">The file.</param>
    public static RunData Describe(string path) => Describe("corpus", path, null);

    /// <summary>Describes a data file.</summary>
    /// <param name="role">What it is used for.</param>
    /// <param name="path">The file.</param>
    /// <param name="rows">Rows used.</param>
    public static RunData Describe(string role, string path, int? rows)
    {
        using var stream = File.OpenRead(path);
        return new RunData(role, System.IO.Path.GetFullPath(path), Convert.ToHexStringLower(SHA256.HashData(stream)), rows);
    }
}
