using System.Net;
using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker;

/// <summary>Which machines can reach the addresses that a service listens on.</summary>
public static class ListenAddresses
{
    /// <summary>Checks addresses before anything is started.</summary>
    /// <exception cref="WorkerException">An address is no <c>http://host:port</c>.</exception>
    public static void Check(IReadOnlyList<string> urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        if (urls.Count == 0)
        {
            throw new WorkerException($"There is no address to listen on. Give one such as {WorkerOptions.DefaultUrl}.");
        }

        foreach (var url in urls)
        {
            var address = Parse(url);
            if (!string.Equals(address.Scheme, "http", StringComparison.OrdinalIgnoreCase))
            {
                throw new WorkerException($"'{url}': only http is served. For https put a reverse proxy with your certificate in front of it.");
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
    public static bool AreLoopback(IEnumerable<string> urls) => urls.All(url => IsLoopbackHost(Parse(url).Host));

    internal static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));

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
