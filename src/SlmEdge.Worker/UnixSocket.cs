using System.Net;
using System.Net.Sockets;

namespace SlmEdge.Worker;

/// <summary>Listens on a Unix socket that only those can open who may.</summary>
internal static class UnixSocket
{
    /// <summary>Takes away what an earlier service left behind when it was killed.</summary>
    /// <exception cref="WorkerException">Something else stands there, or another service listens.</exception>
    public static void Prepare(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException error)
        {
            throw new WorkerException($"unix:{path}: there is a file already that is no socket of this user's: {error.Message} Remove it, or choose another path.", error);
        }

        throw new WorkerException($"unix:{path}: another service listens there. Stop it, or choose another path with --urls.");
    }

    /// <summary>Makes the socket. Nobody can connect before its permissions are set, since it does not listen yet.</summary>
    public static Socket Bind(UnixDomainSocketEndPoint endpoint, UnixFileMode mode)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endpoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(endpoint.ToString()!, mode);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Connecting to a plain file is refused too (connect(2): ECONNREFUSED), and a plain file may be somebody's work; but no socket can be opened as one (ENXIO).
    private static bool IsSocket(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
