using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;

namespace SlmEdge.Worker.Limits;

/// <summary>Says of an endpoint that it has other limits than the service.</summary>
internal static class EndpointLimits
{
    /// <summary>The endpoint takes bodies of another size; null for any.</summary>
    public static T MaxRequestBytes<T>(this T endpoint, long? bytes)
        where T : IEndpointConventionBuilder
    {
        // The routing applies this metadata before anything reads the body.
        endpoint.Add(builder => builder.Metadata.Add(new BodyLimit(bytes)));
        return endpoint;
    }

    /// <summary>The endpoint may take as long as it needs.</summary>
    public static T WithoutTimeLimit<T>(this T endpoint)
        where T : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(new NoTimeLimit()));
        return endpoint;
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
