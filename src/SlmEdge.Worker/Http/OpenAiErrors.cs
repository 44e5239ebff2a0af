using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>
/// Metadata of an endpoint whose clients look for the member <c>error</c> of OpenAI's interface in a failed answer. It stands in the problem details as an
/// extension member (RFC 9457, section 3.2), so that one body serves both kinds of clients.
/// </summary>
internal sealed class OpenAiErrors
{
    private OpenAiErrors()
    {
    }

    public static OpenAiErrors Instance { get; } = new();

    /// <summary>Whether the request's failures are described for OpenAI's clients too.</summary>
    public static bool AreWantedBy(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenAiErrors>() is not null;
}
