namespace SlmEdge.Worker.Access;

/// <summary>An API key as the key file holds it: the key itself is nowhere, only its hash.</summary>
/// <param name="Name">Its name, for people and logs.</param>
/// <param name="Roles">What its holder may do.</param>
/// <param name="Sha256">SHA-256 of the key's characters, lower-case hex.</param>
/// <param name="CreatedUtc">When it was made.</param>
public sealed record ApiKey(string Name, IReadOnlyList<Role> Roles, string Sha256, DateTimeOffset CreatedUtc)
{
    /// <summary>Whether its holder may do what a role allows; who administers may do everything.</summary>
    public bool Allows(Role role) => Roles.Contains(role) || Roles.Contains(Role.Administer);
}
