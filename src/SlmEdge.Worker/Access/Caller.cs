using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Access;

/// <summary>Who sent a request.</summary>
/// <param name="Name">The name of the key, or the address of a caller without one.</param>
/// <param name="Key">The key; null for a caller without one.</param>
/// <param name="Roles">What the caller may do.</param>
internal sealed record Caller(string Name, ApiKey? Key, IReadOnlyList<Role> Roles)
{
    /// <summary>Who sent this request.</summary>
    /// <exception cref="InvalidOperationException">The request did not come through the guard.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request did not come through the access guard.");

    /// <summary>Whether the caller may do what a role allows.</summary>
    public bool May(Role role) => Roles.Contains(role) || Roles.Contains(Role.Administer);
}
