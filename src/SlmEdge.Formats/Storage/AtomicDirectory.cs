namespace SlmEdge.Formats.Storage;

/// <summary>
/// A folder that appears under its final name only when it is complete: files are written into a staging folder beside it,
/// which <see cref="Commit"/> renames. Not thread-safe.
/// </summary>
public sealed class AtomicDirectory : IDisposable
{
    private readonly string _finalPath;
    private readonly bool _overwrite;
    private bool _finished;

    private AtomicDirectory(string finalPath, string stagingPath, bool overwrite)
    {
        _finalPath = finalPath;
        StagingPath = stagingPath;
        _overwrite = overwrite;
    }

    /// <summary>The folder to write into.</summary>
    public string StagingPath { get; }

    /// <summary>Creates the staging folder.</summary>
    /// <param name="finalPath">The folder that is to appear.</param>
    /// <param name="overwrite">Whether an existing folder is replaced by <see cref="Commit"/>. An existing empty folder always is.</param>
    /// <exception cref="IOException">The final name exists and is not an empty folder, and <paramref name="overwrite"/> is false.</exception>
    public static AtomicDirectory Create(string finalPath, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(finalPath);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(finalPath));
        RefuseExisting(full, overwrite);
        string staging = TemporaryName.Beside(full);
        Directory.CreateDirectory(staging);
        return new AtomicDirectory(full, staging, overwrite);
    }

    /// <summary>Flushes the files to the disk and gives the folder its final name.</summary>
    /// <exception cref="IOException">The disk cannot be written, or the final name has appeared meanwhile; the staging folder stays until <see cref="Dispose"/>.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        RefuseExisting(_finalPath, _overwrite);
        foreach (string file in Directory.EnumerateFiles(StagingPath, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            stream.Flush(flushToDisk: true);
        }

        string? replaced = null;
        if (Directory.Exists(_finalPath))
        {
            replaced = TemporaryName.Beside(_finalPath);
            Directory.Move(_finalPath, replaced);
        }

        try
        {
            Directory.Move(StagingPath, _finalPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (replaced is not null)
            {
                Directory.Move(replaced, _finalPath);
            }

            throw;
        }

        _finished = true;
        if (replaced is not null)
        {
            Directory.Delete(replaced, recursive: true);
        }
    }

    /// <summary>Removes the staging folder unless <see cref="Commit"/> has succeeded.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }

        _finished = true;
        if (Directory.Exists(StagingPath))
        {
            Directory.Delete(StagingPath, recursive: true);
        }
    }

    private static void RefuseExisting(string full, bool overwrite)
    {
        if (File.Exists(full))
        {
            throw new IOException($"'{full}' is a file, not a folder; choose another name.");
        }

        if (!overwrite && Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
        {
            throw new IOException($"The folder '{full}' exists and is not empty; choose another name, or remove it first.");
        }
    }
}
