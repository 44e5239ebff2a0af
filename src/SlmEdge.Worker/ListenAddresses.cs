using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker;

/// <summary>Which machines can reach the addresses that a service listens on.</summary>
public static class ListenAddresses
{
    private const string Unix = "unix:";

    // What fits into sockaddr_un.sun_path of Linux, with its closing zero (unix(7)).
    private const int MaxSocketPath = 107;

    /// <summary>Checks addresses before anything is started.</summary>
    /// <param name="urls">The addresses.</param>
    /// <param name="hasCertificate">Whether <c>https</c> can be served.</param>
    /// <exception cref="WorkerException">An address is none of those that <see cref="WorkerOptions.Urls"/> may hold.</exception>
    public static void Check(IReadOnlyList<string> urls, bool hasCertificate = false)
    {
        ArgumentNullException.ThrowIfNull(urls);
        if (urls.Count == 0)
        {
            throw new WorkerException($"There is no address to listen on. Give one such as {WorkerOptions.DefaultUrl}.");
        }

        foreach (var url in urls)
        {
            if (SocketPath(url) is { } path)
            {
                CheckSocket(url, path);
                continue;
            }

            var address = Parse(url);
            var secure = string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase);
            if (!secure && !string.Equals(address.Scheme, "http", StringComparison.OrdinalIgnoreCase))
            {
                throw new WorkerException($"'{url}': only http, https and unix are served. Write it as http://host:port, https://host:port or unix:/path/of.sock.");
            }

            if (secure && !hasCertificate)
            {
                throw new WorkerException($"'{url}': https needs a certificate. Give one with --tls-certificate, or write the address as http://host:port.");
            }

            if (address.PathBase.Length > 0)
            {
                throw new WorkerException($"'{url}': an address has no path. Write it as http://host:port.");
            }

            if (address.Port is < 0 or > 65535)
            {
                throw new WorkerException($"'{url}': the port has to be from 0 to 65535.");
            }
        }
    }

    /// <summary>Whether only this machine can reach all the addresses.</summary>
    public static bool AreLoopback(IEnumerable<string> urls) => urls.All(url => SocketPath(url) is not null || IsLoopbackHost(Parse(url).Host));

    internal static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The path of a Unix socket, or null for an address of another kind.</summary>
    internal static string? SocketPath(string url) => url.StartsWith(Unix, StringComparison.OrdinalIgnoreCase) ? url[Unix.Length..] : null;

    /// <summary>The address in the words of the server under the service.</summary>
    internal static string ForServer(string url) => SocketPath(url) is { } path ? "http://unix:" + path : url;

    private static void CheckSocket(string url, string path)
    {
        if (!Path.IsPathFullyQualified(path) || Path.EndsInDirectorySeparator(path))
        {
            throw new WorkerException($"'{url}': the path of a Unix socket begins at the root and names a file. Write it as unix:/run/slm-edge/slm-edge.sock.");
        }

        if (Encoding.UTF8.GetByteCount(path) > MaxSocketPath)
        {
            throw new WorkerException($"'{url}': the path of a Unix socket has at most {MaxSocketPath} bytes. Choose a shorter one.");
        }
    }

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new WorkerException($"'{url}' is no address to listen on. Write it as http://host:port, for example {WorkerOptions.DefaultUrl}.", error);
        }
    }
}
