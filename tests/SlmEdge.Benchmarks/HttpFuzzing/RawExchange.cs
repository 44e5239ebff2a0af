using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>Sends bytes over a connection of their own and reads what comes back.</summary>
internal static class RawExchange
{
    /// <summary>The status where the service closed the connection without an answer.</summary>
    public const int Closed = 0;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends a request.</summary>
    /// <returns>The statuses of the answers, <see cref="Closed"/> alone where there is none.</returns>
    /// <exception cref="TimeoutException">The service neither answered to the end nor closed the connection.</exception>
    public static async Task<IReadOnlyList<int>> SendAsync(IPEndPoint service, MalformedRequest request)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var answer = new MemoryStream();
        try
        {
            await socket.ConnectAsync(service, timeout.Token).ConfigureAwait(false);
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var sending = SendPartsAsync(socket, request, answered.Task, timeout.Token);
            if (request.End == RequestEnd.Abort)
            {
                await sending.ConfigureAwait(false);
                socket.LingerState = new LingerOption(true, 0);
                return [Closed];
            }

            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await socket.ReceiveAsync(buffer, timeout.Token).ConfigureAwait(false)) > 0)
            {
                answer.Write(buffer, 0, count);
                answered.TrySetResult();
            }

            await sending.ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The service closed while bytes were under way; what it said before counts.
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"A request of kind '{request.Kind}' was neither answered nor closed within {Patience.TotalSeconds:0} seconds.", error);
        }

        return Statuses(answer.GetBuffer().AsSpan(0, (int)answer.Length));
    }

    private static async Task SendPartsAsync(Socket socket, MalformedRequest request, Task answered, CancellationToken ct)
    {
        try
        {
            foreach (var part in request.Parts)
            {
                await socket.SendAsync(part, ct).ConfigureAwait(false);
            }

            if (request.End == RequestEnd.HalfClose)
            {
                // A service takes a half-closed connection for a client that left, and need not answer it: first it gets a moment.
                await Task.WhenAny(answered, Task.Delay(Moment, ct)).ConfigureAwait(false);
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The service does not want to read any further.
        }
    }

    private static List<int> Statuses(ReadOnlySpan<byte> answer)
    {
        var statuses = new List<int>();
        while (answer.IndexOf("HTTP/1.1 "u8) is var at && at >= 0 && answer.Length >= at + 12)
        {
            statuses.Add(Utf8Parser.TryParse(answer.Slice(at + 9, 3), out int status, out _) ? status : -1);
            answer = answer[(at + 12)..];
        }

        return statuses.Count == 0 ? [Closed] : statuses;
    }
}
