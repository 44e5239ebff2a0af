using System.Text;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Jobs;

/// <summary>
/// Takes the files of a folder as jobs: <c>*.jsonl</c>, <c>*.csv</c> (both with a column <c>text</c>) and <c>*.txt</c> (a text a line). A file is claimed by renaming it
/// into <c>.claimed</c>, so that of several services one takes it; its results come to <c>done</c> beside it, and what cannot be read goes to <c>failed</c>
/// with the reason. A file that is still written to is left alone, and so are names that begin with a dot or end in <c>.part</c> or <c>.tmp</c>.
/// </summary>
/// <remarks>Each step can be done again: the claimed name stands for the job, and results appear by a rename of their own.</remarks>
internal sealed class InboxWatcher : IAsyncDisposable
{
    private const int RowsTogether = 1000;

    private readonly InboxOptions options;
    private readonly JobStore store;
    private readonly JobRunner runner;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, (long Size, DateTime Written, DateTimeOffset Since)> seen = [];
    private readonly string claimed;
    private readonly string done;
    private readonly string failed;
    private Task loop = Task.CompletedTask;

    /// <exception cref="WorkerException">The folders cannot be made.</exception>
    public InboxWatcher(InboxOptions options, JobStore store, JobRunner runner, WorkerLog log, TimeProvider time)
    {
        this.options = options;
        this.store = store;
        this.runner = runner;
        this.log = log;
        this.time = time;
        claimed = Path.Combine(options.Folder, ".claimed");
        done = Path.Combine(options.Folder, "done");
        failed = Path.Combine(options.Folder, "failed");
        try
        {
            foreach (var folder in new[] { options.Folder, claimed, done, failed })
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"The inbox '{options.Folder}' cannot be used: {error.Message}", error);
        }
    }

    public void Start() => loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Claim();
                // A name with a dot in front is results that were being written when the service ended: they are written again.
                foreach (var file in Directory.EnumerateFiles(claimed).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal))
                {
                    await GoOnAsync(file).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or StorageException)
            {
                log.Write(WorkerLogLevel.Warning, "inbox-waits", ("detail", error.Message));
            }

            await Task.Delay(options.Interval, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Claim()
    {
        var there = new HashSet<string>();
        foreach (var path in Directory.EnumerateFiles(options.Folder))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.') || Path.GetExtension(name).ToLowerInvariant() is not (".jsonl" or ".csv" or ".txt"))
            {
                continue;
            }

            there.Add(name);
            var file = new FileInfo(path);
            var now = time.GetUtcNow();
            if (!seen.TryGetValue(name, out var before) || before.Size != file.Length || before.Written != file.LastWriteTimeUtc)
            {
                seen[name] = (file.Length, file.LastWriteTimeUtc, now);
                continue;
            }

            if (now - before.Since < options.Settle)
            {
                continue;
            }

            try
            {
                File.Move(path, Path.Combine(claimed, $"{Guid.CreateVersion7(now):N}_{name}"));
            }
            catch (FileNotFoundException)
            {
                // Another service was faster.
            }
        }

        foreach (var gone in seen.Keys.Where(name => !there.Contains(name)).ToArray())
        {
            seen.Remove(gone);
        }
    }

    private async Task GoOnAsync(string file)
    {
        var claim = Path.GetFileName(file);
        var name = claim[(claim.IndexOf('_', StringComparison.Ordinal) + 1)..];
        var (job, isNew) = await store.BeginAsync(name, 0, "inbox/" + claim).ConfigureAwait(false);
        if (job.State == JobState.Receiving && !isNew)
        {
            // Reading it was cut off, and what had been read could not be removed then.
            await store.RemoveAsync(job.Id).ConfigureAwait(false);
        }
        else if (isNew)
        {
            await ReadAsync(file, job, name).ConfigureAwait(false);
        }
        else if (job.State == JobState.Cancelled)
        {
            Refuse(file, name, "the job was cancelled");
        }
        else if (job.State == JobState.Done)
        {
            WriteResults(file, job, name);
        }
    }

    private async Task ReadAsync(string file, JobInfo job, string name)
    {
        try
        {
            var rows = 0L;
            foreach (var part in Texts(file).Chunk(RowsTogether))
            {
                await store.AddRowsAsync(job.Id, rows + 1, part).ConfigureAwait(false);
                rows += part.Length;
            }

            if (rows == 0)
            {
                throw new DataFormatException(name, null, "has no rows");
            }

            await store.AcceptAsync(job.Id, rows).ConfigureAwait(false);
            runner.Wake();
        }
        catch (DataFormatException error)
        {
            await store.RemoveAsync(job.Id).ConfigureAwait(false);
            Refuse(file, name, error.Message.Replace(file, name, StringComparison.Ordinal));
        }
        catch
        {
            await ((Task)store.RemoveAsync(job.Id)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static IEnumerable<string> Texts(string file) => Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase)
        ? File.ReadLines(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false)).Where(line => !string.IsNullOrWhiteSpace(line))
        : LabelledTextReader.ReadTexts(file).Select(row => row.Text);

    private void WriteResults(string file, JobInfo job, string name)
    {
        var target = Free(done, name);
        var results = target + ".results.jsonl";
        var unfinished = Path.Combine(claimed, "." + Path.GetFileName(results));
        using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
        {
            var after = 0L;
            while (store.Results(job.Id, after, RowsTogether) is { Count: > 0 } part)
            {
                foreach (var (row, text, result, error) in part)
                {
                    stream.Write(Encoding.UTF8.GetBytes(JobResults.Line(row, text, result, error)));
                    after = row;
                }
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, results, overwrite: true);
        File.Move(file, target);
        log.Write(WorkerLogLevel.Information, "inbox-done", ("file", name), ("rows", job.Total), ("failed", job.Failed));
    }

    private void Refuse(string file, string name, string reason)
    {
        var target = Free(failed, name);
        File.WriteAllText(target + ".reason.txt", reason + "\n");
        File.Move(file, target);
        log.Write(WorkerLogLevel.Warning, "inbox-refused", ("file", name), ("detail", reason));
    }

    // A second file of the same name does not replace what became of the first.
    private static string Free(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        for (var i = 2; File.Exists(path); i++)
        {
            path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}-{i}{Path.GetExtension(name)}");
        }

        return path;
    }
}
