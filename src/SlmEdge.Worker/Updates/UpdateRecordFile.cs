namespace SlmEdge.Worker.Updates;

/// <summary>Keeps the record of updates on the disk: whoever writes last writes what is known then.</summary>
/// <param name="path">The file.</param>
/// <param name="read">Gives the record of this moment.</param>
/// <param name="log">The log.</param>
internal sealed class UpdateRecordFile(string path, Func<UpdateRecord> read, WorkerLog log)
{
    private readonly Lock saving = new();

    /// <summary>Writes the record.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Write()
    {
        lock (saving)
        {
            read().Save(path);
        }
    }

    /// <summary>Writes the record; the log says so where that fails, and nothing else depends on it.</summary>
    public void Save()
    {
        try
        {
            Write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Write(WorkerLogLevel.Error, "update-record-not-kept", ("detail", error.Message));
        }
    }
}
