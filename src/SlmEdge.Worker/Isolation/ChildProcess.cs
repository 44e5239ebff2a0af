using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace SlmEdge.Worker.Isolation;

/// <summary>One life of the engine's process, with its channel.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int KilledBySignal9 = 128 + 9;

    private readonly Process process;
    private string? killedBecause;

    private ChildProcess(Process process, FrameChannel channel)
    {
        this.process = process;
        Channel = channel;
    }

    public FrameChannel Channel { get; }

    public int Id => process.Id;

    /// <summary>Starts the process and waits until it has connected.</summary>
    /// <exception cref="WorkerException">It cannot be started, or ended before it had connected.</exception>
    public static async Task<ChildProcess> StartAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        // Only this user may enter the folder, so that nobody else connects; after the connection nothing of it is left.
        var folder = Directory.CreateTempSubdirectory("slm-edge-");
        try
        {
            var path = Path.Combine(folder.FullName, "engine.sock");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            var process = Start(command, path);
            try
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
                var accepted = listener.AcceptAsync(stop.Token).AsTask();
                if (await Task.WhenAny(accepted, process.WaitForExitAsync(stop.Token)).ConfigureAwait(false) != accepted)
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                    ct.ThrowIfCancellationRequested();
                    throw new WorkerException(string.Create(CultureInfo.InvariantCulture, $"The engine's process ended with {process.ExitCode} before it was connected. Start it by hand to see why: {string.Join(' ', command)}"));
                }

                return new ChildProcess(process, new FrameChannel(await accepted.ConfigureAwait(false)));
            }
            catch
            {
                Kill(process);
                process.Dispose();
                throw;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Resident bytes; 0 when it has ended.</summary>
    public long ResidentBytes()
    {
        try
        {
            // The second number of statm: pages that are resident.
            var pages = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/statm")).Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill(string reason)
    {
        killedBecause ??= reason;
        Kill(process);
    }

    /// <summary>Waits until it is gone; what is left of it is killed.</summary>
    /// <returns>Why it ended, and whether somebody else killed it.</returns>
    public async Task<(string Reason, bool FromOutside)> EndAsync()
    {
        // Its channel has ended. A process that is writing its memory to disk after an abort may take long; its sockets are closed first.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill("it closed its channel and did not end");
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        return killedBecause is { } reason ? (reason, false)
            : process.ExitCode == KilledBySignal9 ? ("it was killed with SIGKILL, by the system for want of memory or by somebody", true)
            : process.ExitCode > 128 ? (string.Create(CultureInfo.InvariantCulture, $"it ended by signal {process.ExitCode - 128}"), false)
            : (string.Create(CultureInfo.InvariantCulture, $"it ended with code {process.ExitCode}"), false);
    }

    public void Dispose()
    {
        Channel.Dispose();
        Kill(process);
        process.Dispose();
    }

    private static Process Start(IReadOnlyList<string> command, string path)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false };
        foreach (var argument in command.Skip(1).Append(path))
        {
            start.ArgumentList.Add(argument);
        }

        // The engine's process is no service of systemd's: its notices would be taken for the service's own.
        start.Environment.Remove("NOTIFY_SOCKET");
        start.Environment.Remove("WATCHDOG_USEC");
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new WorkerException($"The engine's process cannot be started ({command[0]}): {error.Message}", error);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
