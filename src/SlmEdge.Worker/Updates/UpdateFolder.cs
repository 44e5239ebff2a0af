using System.Security.Cryptography;

namespace SlmEdge.Worker.Updates;

/// <summary>
/// Takes the bundles (<c>*.slmb</c>) of a folder that may come and go, such as that of a USB stick. Nothing is written there. A file counts once it has been left alone; it is
/// copied first, so that the stick may be drawn, and known by its hash afterwards, so that each is taken once, whatever its name.
/// </summary>
internal sealed class UpdateFolder : IAsyncDisposable
{
    private readonly UpdateOptions options;
    private readonly Updater updater;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, Sighting> seen = new(StringComparer.Ordinal);
    private readonly Task loop;
    private bool disposed;

    public UpdateFolder(UpdateOptions options, Updater updater, WorkerLog log, TimeProvider time)
    {
        this.options = options;
        this.updater = updater;
        this.log = log;
        this.time = time;
        loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        var interval = options.FolderSettle / 2;
        while (!stop.IsCancellationRequested)
        {
            foreach (var path in Settled())
            {
                try
                {
                    await TakeAsync(path).ConfigureAwait(false);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // The stick was drawn, or the disk is full: the next look decides.
                    log.Write(WorkerLogLevel.Warning, "update-file-waits", ("file", Path.GetFileName(path)), ("detail", error.Message));
                }
            }

            await Task.Delay(interval, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Files that have been left alone and are not done with, in the order of their names.
    private List<string> Settled()
    {
        var settled = new List<string>();
        var now = time.GetUtcNow();
        var there = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var file in new DirectoryInfo(options.Folder!).EnumerateFiles("*.slmb").Where(file => file.LinkTarget is null && !file.Name.StartsWith('.')).OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                there.Add(file.FullName);
                if (!seen.TryGetValue(file.FullName, out var before) || before.Size != file.Length || before.Written != file.LastWriteTimeUtc)
                {
                    seen[file.FullName] = new Sighting(file.Length, file.LastWriteTimeUtc, now, Done: false);
                }
                else if (!before.Done && now - before.Since >= options.FolderSettle)
                {
                    settled.Add(file.FullName);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No stick is there.
            return [];
        }

        foreach (var gone in seen.Keys.Where(path => !there.Contains(path)).ToArray())
        {
            seen.Remove(gone);
        }

        return settled;
    }

    private async Task TakeAsync(string path)
    {
        if (updater.Status.Phase != UpdatePhase.Idle)
        {
            return;
        }

        var name = Path.GetFileName(path);
        if (new FileInfo(path).Length > options.MaxBundleBytes)
        {
            log.Write(WorkerLogLevel.Warning, "update-refused", ("source", name), ("reason", $"The file has more than {options.MaxBundleBytes} bytes."));
            Done(path);
            return;
        }

        // Known files are only read, not copied, after a start.
        if (updater.HasSeen(await HashAsync(path, Stream.Null).ConfigureAwait(false)))
        {
            Done(path);
            return;
        }

        var copy = Path.Combine(updater.StagingFolder, Guid.CreateVersion7().ToString("N") + ".slmb");
        try
        {
            string hash;
            await using (var target = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20, useAsync: true))
            {
                hash = await HashAsync(path, target).ConfigureAwait(false);
            }

            updater.BeginTrying(hash);
            try
            {
                await updater.InstallAsync(copy, name, options.FolderShadow).ConfigureAwait(false);
                updater.EndTrying(hash);
            }
            catch (UpdateException refused)
            {
                if (refused.Reason is UpdateRefusal.Busy or UpdateRefusal.Stopping)
                {
                    return;
                }

                if (refused.Reason != UpdateRefusal.NoTrustedKeys)
                {
                    updater.EndTrying(hash);
                }
                else
                {
                    log.Write(WorkerLogLevel.Warning, "update-refused", ("source", name), ("reason", refused.Message));
                }
            }

            Done(path);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private void Done(string path)
    {
        if (seen.TryGetValue(path, out var sighting))
        {
            seen[path] = sighting with { Done = true };
        }
    }

    private async Task<string> HashAsync(string path, Stream copy)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
        var buffer = new byte[1 << 20];
        var total = 0L;
        for (int read; (read = await file.ReadAsync(buffer, stop.Token).ConfigureAwait(false)) > 0;)
        {
            if ((total += read) > options.MaxBundleBytes)
            {
                throw new IOException($"it has grown above {options.MaxBundleBytes} bytes");
            }

            hash.AppendData(buffer, 0, read);
            await copy.WriteAsync(buffer.AsMemory(0, read), stop.Token).ConfigureAwait(false);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Sighting(long Size, DateTime Written, DateTimeOffset Since, bool Done);
}
