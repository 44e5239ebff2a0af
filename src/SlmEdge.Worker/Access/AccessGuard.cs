using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Limits;

namespace SlmEdge.Worker.Access;

/// <summary>Finds out who calls, takes the request from their rate, and refuses what they may not do. Stands behind the routing.</summary>
/// <param name="keys">The keys; null for a service without.</param>
/// <param name="anonymous">What callers without a key may do.</param>
/// <param name="rate">How many requests each caller may send.</param>
internal sealed class AccessGuard(KeyRing? keys, IReadOnlyList<Role> anonymous, RequestRate rate)
{
    private const int MaxSecret = 256;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var required = context.GetEndpoint()?.Metadata.GetMetadata<RoleRequirement>();
        var secret = Secret(context.Request);
        var key = secret is null || keys is null ? null : keys.Find(secret);
        var caller = key is null ? new Caller(Address(context), null, anonymous) : new Caller(key.Name, key, key.Roles);
        context.Features.Set(caller);

        // A wrong key counts for the address that it came from, so that keys cannot be tried any faster.
        if (required is not { Role: null })
        {
            rate.Take(key is null ? "address " + caller.Name : "key " + caller.Name);
        }

        if (required?.Role is { } role)
        {
            if (keys is not null && secret is not null && key is null)
            {
                throw Unauthorized(context, "The key is not known here.");
            }

            if (!caller.May(role))
            {
                throw key is null
                    ? Unauthorized(context, "Send a key with the header 'Authorization: Bearer KEY'.")
                    : new HttpProblem(StatusCodes.Status403Forbidden, "forbidden", "Forbidden", $"The key '{key.Name}' does not have the role '{role.ToString().ToLowerInvariant()}'.");
            }
        }

        await next(context).ConfigureAwait(false);
    }

    private static HttpProblem Unauthorized(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new HttpProblem(StatusCodes.Status401Unauthorized, "unauthorized", "Unauthorized", detail);
    }

    private static string? Secret(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers[HeaderNames.Authorization];
        return header.Count == 1 && header[0] is { Length: > 0 and <= MaxSecret } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
    }

    // Whoever has one IPv6 address has its 64 lower bits too (RFC 4291), so those do not tell callers apart.
    private static string Address(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "local";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.GetAddressBytes() is not { Length: 16 } bytes || IPAddress.IsLoopback(address))
        {
            return address.ToString();
        }

        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }
}
