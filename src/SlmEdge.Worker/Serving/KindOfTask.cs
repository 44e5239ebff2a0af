using Microsoft.AspNetCore.Http;
using SlmEdge.Tasks;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Serving;

/// <summary>Which route asks a bundle of which kind.</summary>
internal static class KindOfTask
{
    /// <summary>Refuses a request that the served bundle is not made for.</summary>
    /// <exception cref="HttpProblem">The bundle is of another kind.</exception>
    public static void Require(this ServedBundle bundle, params ReadOnlySpan<TaskKind> kinds)
    {
        if (!kinds.Contains(bundle.Kind))
        {
            // The state of the service and not the request is in the way: another bundle may be served tomorrow.
            throw new HttpProblem(
                StatusCodes.Status409Conflict,
                "other-kind",
                "Another kind of task",
                $"The bundle '{bundle.Manifest.Name}' {bundle.Manifest.Version} is of kind '{Name(bundle.Kind)}'; ask it with POST {Route(bundle.Kind)}.");
        }
    }

    /// <summary>The kind as task files write it.</summary>
    public static string Name(TaskKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The route that asks a bundle of a kind.</summary>
    public static string Route(TaskKind kind) => kind switch
    {
        TaskKind.Classify => "/v1/classify",
        TaskKind.Extract => "/v1/extract",
        TaskKind.Generate => "/v1/generate",
        _ => "/v1/chat/completions",
    };
}
