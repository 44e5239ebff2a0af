namespace SlmEdge.Worker.Access;

/// <summary>Metadata of an endpoint: who may call it.</summary>
/// <param name="Role">The role that a caller needs; null where nobody is asked for a key.</param>
internal sealed record RoleRequirement(Role? Role);
