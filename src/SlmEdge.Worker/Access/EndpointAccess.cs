using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace SlmEdge.Worker.Access;

/// <summary>Says of an endpoint who may call it. Every endpoint says it: the service does not start with one that does not.</summary>
internal static class EndpointAccess
{
    /// <summary>The endpoint answers callers that have a role.</summary>
    public static T RequireRole<T>(this T endpoint, Role role)
        where T : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(new RoleRequirement(role)));
        return endpoint;
    }

    /// <summary>The endpoint answers everybody who can reach the service.</summary>
    public static T WithoutKey<T>(this T endpoint)
        where T : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(new RoleRequirement(null)));
        return endpoint;
    }

    /// <summary>Refuses to go on with an endpoint that would answer everybody because nobody thought of it.</summary>
    /// <exception cref="InvalidOperationException">An endpoint says nothing.</exception>
    public static void Check(IEndpointRouteBuilder routes)
    {
        foreach (var endpoint in routes.DataSources.SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<RoleRequirement>() is null)
            {
                throw new InvalidOperationException($"The endpoint '{endpoint.DisplayName}' does not say who may call it; map it with RequireRole or WithoutKey.");
            }
        }
    }
}
