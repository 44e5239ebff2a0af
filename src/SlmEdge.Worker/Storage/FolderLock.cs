namespace SlmEdge.Worker.Storage;

/// <summary>Keeps a second service out of a folder, for as long as it is held; the lock of a process that has ended does not count.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream stream;

    private FolderLock(FileStream stream) => this.stream = stream;

    /// <exception cref="WorkerException">Another process has the folder, or it cannot be made.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FolderLock(new FileStream(Path.Combine(folder, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"The data folder '{folder}' cannot be used: {error.Message} If another service runs there, give this one a folder of its own with --data.", error);
        }
    }

    public void Dispose() => stream.Dispose();
}
