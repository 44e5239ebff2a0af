namespace SlmEdge.Worker.Suspects;

/// <summary>A file that is there while the service runs: found at a start, it says that the service before did not end by itself.</summary>
internal sealed class UncleanEnd : IDisposable
{
    private readonly string path;

    private UncleanEnd(string path, bool wasUnclean)
    {
        this.path = path;
        WasUnclean = wasUnclean;
    }

    /// <summary>Whether the service before was killed or crashed.</summary>
    public bool WasUnclean { get; }

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static UncleanEnd Mark(string folder)
    {
        var path = Path.Combine(folder, "worker.running");
        var mark = new UncleanEnd(path, File.Exists(path));
        File.WriteAllBytes(path, []);
        return mark;
    }

    public void Dispose()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start is careful without need, which costs time and nothing else.
        }
    }
}
