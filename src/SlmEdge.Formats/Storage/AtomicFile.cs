using System.Text;

namespace SlmEdge.Formats.Storage;

/// <summary>
/// Writes a file so that its final name only ever holds the complete new content or what stood there before:
/// a temporary file beside it is written, flushed to the disk and renamed.
/// </summary>
public static class AtomicFile
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; replaces an existing file.</summary>
    /// <param name="path">The final name. Its folder is created when it is absent.</param>
    /// <param name="write">Writes the whole content to a seekable stream. Whatever it throws is passed on; the temporary file is removed first.</param>
    /// <exception cref="IOException">The disk is full or cannot be written; the message names the file.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        if (Directory.Exists(full))
        {
            throw new IOException($"'{full}' is a folder, not a file; choose another name.");
        }

        string temporary = TemporaryName.Beside(full);
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception)
        {
            DeleteQuietly(temporary);

            // .NET reports a file over the file system's size limit (EFBIG) as an argument out of range.
            if (exception is IOException or ArgumentOutOfRangeException { ParamName: "value" })
            {
                throw new IOException(
                    $"Cannot write '{full}': {exception.Message} Nothing was left under that name that was not there before; check the free space of the disk and try again.",
                    exception);
            }

            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark, as <see cref="Write"/> does.</summary>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static void DeleteQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first error is the one that the caller must see.
        }
    }
}
