using System.Net.Sockets;
using System.Text;
using SlmEdge.Worker.Systemd;

namespace SlmEdge.Worker.Tests.Systemd;

public sealed class SystemdNotifierTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Systemd_hears_of_readiness_heartbeats_of_a_sound_service_only_and_the_end()
    {
        var path = folder.File("notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        var asked = 0;
        await using (var notifier = new SystemdNotifier(path, TimeSpan.FromMilliseconds(60)))
        {
            // Sound at the first two times, and never again.
            notifier.Ready("serves\nx", () => Interlocked.Increment(ref asked) <= 2);
            (await ReceiveAsync(systemd)).ShouldBe("READY=1\nSTATUS=serves x");
            (await ReceiveAsync(systemd)).ShouldBe("WATCHDOG=1");
            (await ReceiveAsync(systemd)).ShouldBe("WATCHDOG=1");
            while (Volatile.Read(ref asked) < 4)
            {
                await Task.Yield();
            }

            notifier.Stopping();
            (await ReceiveAsync(systemd)).ShouldBe("STOPPING=1");
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
    }
}
