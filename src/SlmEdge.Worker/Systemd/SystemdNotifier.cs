using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SlmEdge.Worker.Systemd;

/// <summary>
/// Tells systemd how the service is (<c>Type=notify</c>): the messages of sd_notify(3) as datagrams to <c>NOTIFY_SOCKET</c>. Without that variable it does nothing.
/// </summary>
public sealed class SystemdNotifier : IAsyncDisposable
{
    private readonly UnixDomainSocketEndPoint? address;
    private readonly TimeSpan? watchdog;
    private readonly CancellationTokenSource stop = new();
    private Task heartbeat = Task.CompletedTask;

    /// <summary>Creates a notifier.</summary>
    /// <param name="socketPath">The value of <c>NOTIFY_SOCKET</c>: a path, or <c>@</c> and an abstract name; null for nobody.</param>
    /// <param name="watchdog">The time within which systemd expects a heartbeat; null for none.</param>
    public SystemdNotifier(string? socketPath, TimeSpan? watchdog)
    {
        address = string.IsNullOrEmpty(socketPath) ? null : new UnixDomainSocketEndPoint(socketPath[0] == '@' ? '\0' + socketPath[1..] : socketPath);
        this.watchdog = watchdog;
    }

    /// <summary>A notifier for what systemd has put into the environment.</summary>
    public static SystemdNotifier FromEnvironment()
    {
        var limit = long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            && (Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new SystemdNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), limit ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>The service answers. From here on heartbeats are sent, as long as it is sound.</summary>
    /// <param name="status">What <c>systemctl status</c> shows.</param>
    /// <param name="isSound">Whether the service is sound at this moment; while it is not there is no heartbeat, and systemd starts it again.</param>
    public void Ready(string status, Func<bool> isSound)
    {
        ArgumentNullException.ThrowIfNull(isSound);
        Send($"READY=1\nSTATUS={OneLine(status)}");
        if (address is not null && watchdog is { } limit)
        {
            heartbeat = BeatAsync(limit / 3, isSound);
        }
    }

    /// <summary>The service ends.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await heartbeat.ConfigureAwait(false);
        stop.Dispose();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private async Task BeatAsync(TimeSpan period, Func<bool> isSound)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            do
            {
                if (isSound())
                {
                    Send("WATCHDOG=1");
                }
            }
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private void Send(string message)
    {
        if (address is null)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(message), address);
        }
        catch (SocketException)
        {
            // systemd is being started again, or is not there; the service does not end for that.
        }
    }
}
