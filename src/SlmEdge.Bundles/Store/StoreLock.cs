using System.Globalization;

namespace SlmEdge.Bundles.Store;

/// <summary>
/// The right to change a store. It is a lock of the operating system on an open file (flock), which ends with the process that holds it:
/// a dead process never blocks.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    public static StoreLock Take(string store)
    {
        // The owner stands in another file, because nobody else can read the one that is locked.
        string owner = Path.Combine(store, "lock.owner");
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(store, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e)
        {
            throw new BundleStoreBusyException(store, ReadOwner(owner), e);
        }

        try
        {
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StoreLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static int? ReadOwner(string path)
    {
        try
        {
            return new FileInfo(path).Length < 16 && int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
