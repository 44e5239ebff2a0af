using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime;
using SlmEdge.Tasks.Templates;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Memory;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Http;

/// <summary>
/// Around every request: refuses foreign host names on a loopback service, turns every failure into problem details, and writes the log.
/// </summary>
internal sealed class RequestGuard(bool loopbackOnly, WorkerOptions options, WorkerLog log)
{
    // Not registered with IANA; servers' logs commonly use it for "the client closed the connection". Nobody receives it.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        HttpProblem? problem = null;
        try
        {
            // A web page elsewhere can make a browser on this machine talk to a loopback service under a name of its own
            // (DNS rebinding); such requests carry that name in Host. No browser reaches a Unix socket, which has no address.
            if (loopbackOnly && context.Connection.LocalIpAddress is not null && !ListenAddresses.IsLoopbackHost(context.Request.Host.Host))
            {
                throw new HttpProblem(StatusCodes.Status421MisdirectedRequest, "wrong-host", "Wrong host name", "This service answers to localhost only.");
            }

            await next(context).ConfigureAwait(false);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentLength is null)
            {
                problem = ForStatus(context);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error)
        {
            problem = Describe(error, context);
            if (context.Response.HasStarted)
            {
                if (context.Features.Get<EventStream>() is { } events)
                {
                    await events.FailAsync(problem).ConfigureAwait(false);
                }
                else
                {
                    // Half an answer was sent; ending the connection is the only way to say that it is not whole.
                    context.Abort();
                }
            }
        }

        if (problem is not null && !context.Response.HasStarted)
        {
            await JsonResponse.WriteProblemAsync(context, problem).ConfigureAwait(false);
        }

        if (options.LogRequests)
        {
            LogRequest(context, problem, Stopwatch.GetElapsedTime(started));
        }
    }

    // The pattern of the route and not the path: whoever asks can write anything into a path.
    private static string Route(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";

    private static HttpProblem ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new HttpProblem(
            StatusCodes.Status404NotFound, "unknown-route", "Unknown route", "There is nothing at this path. What there is stands at /docs, for programs at /openapi.json."),
        StatusCodes.Status405MethodNotAllowed => new HttpProblem(
            StatusCodes.Status405MethodNotAllowed, "wrong-method", "Wrong method", $"This path does not take that method; it takes {context.Response.Headers.Allow}."),
        var status => new HttpProblem(status, "refused", "Refused", "The request was refused."),
    };

    private HttpProblem Describe(Exception error, HttpContext context)
    {
        switch (error)
        {
            case HttpProblem problem:
                return problem;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new HttpProblem(
                    StatusCodes.Status413PayloadTooLarge,
                    "request-too-large",
                    "Request too large",
                    string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {options.Limits.MaxRequestBytes} bytes. Send fewer texts at once."));
            case BadHttpRequestException bad:
                return new HttpProblem(bad.StatusCode, "bad-request", "Bad request", bad.Message);
            case InvalidTextException invalid:
                return InvalidText(invalid, null);
            case RuntimeBusyException busy:
                return new HttpProblem(StatusCodes.Status429TooManyRequests, "busy", "Busy", busy.Message, busy.RetryAfter);
            case DeadlineMissedException missed:
                return new HttpProblem(StatusCodes.Status429TooManyRequests, "busy", "Busy", missed.Message, TimeSpan.FromSeconds(1));
            case StorageException full:
                return new HttpProblem(StatusCodes.Status507InsufficientStorage, "storage-failed", "Storage failed", full.Message, TimeSpan.FromSeconds(10));
            case RuntimeStoppedException:
                return new HttpProblem(StatusCodes.Status503ServiceUnavailable, "stopping", "Stopping", "The service is stopping.", TimeSpan.FromSeconds(5));
            case RuntimeException { InnerException: ChatTemplateException } refused:
                return HttpProblem.Bad("conversation", "Conversation", refused.Message, "messages");
            case AdapterException { Refusal: AdapterRefusal.UnknownName } unknown:
                return new HttpProblem(StatusCodes.Status404NotFound, "unknown-adapter", "Unknown adapter", unknown.Message);
            case AdapterException refused:
                return new HttpProblem(StatusCodes.Status422UnprocessableEntity, "adapter-refused", "Adapter refused", refused.Message);
            case PoisonRequestException poison:
                return new HttpProblem(StatusCodes.Status422UnprocessableEntity, "poison", "Poison request", poison.Message);
            case ModelMemoryException memory:
                return new HttpProblem(StatusCodes.Status503ServiceUnavailable, "no-memory", "No memory", memory.Message, TimeSpan.FromSeconds(30));
            case EngineEndedException ended:
                return new HttpProblem(StatusCodes.Status503ServiceUnavailable, "engine-ended", "Engine ended", ended.Message, TimeSpan.FromSeconds(2));
            case RuntimeException failed:
                log.Write(WorkerLogLevel.Error, "engine-failed", ("route", Route(context)), ("detail", failed.Message));
                return new HttpProblem(StatusCodes.Status500InternalServerError, "engine-failed", "The engine failed", failed.Message);
            default:
                log.Write(WorkerLogLevel.Error, "request-failed", ("route", Route(context)), ("error", error.GetType().Name), ("detail", error.Message));
                return new HttpProblem(StatusCodes.Status500InternalServerError, "internal", "Internal error", "The request failed; the service's log says why.");
        }
    }

    /// <summary>The problem of a text that cannot be used.</summary>
    /// <param name="invalid">What is wrong.</param>
    /// <param name="field">The field that the text came in; null for the only one.</param>
    public static HttpProblem InvalidText(InvalidTextException invalid, string? field)
    {
        var detail = field is null ? invalid.Message : $"{field}: {invalid.Message}";
        return invalid.Reason switch
        {
            InvalidTextReason.TooLong => new HttpProblem(StatusCodes.Status413PayloadTooLarge, "text-too-long", "Text too long", detail) { Field = field },
            InvalidTextReason.Empty => HttpProblem.Bad("empty-text", "Empty text", detail, field),
            _ => HttpProblem.Bad("not-unicode", "Not Unicode", detail, field),
        };
    }

    private void LogRequest(HttpContext context, HttpProblem? problem, TimeSpan took) => log.Write(
        context.Response.StatusCode >= 500 ? WorkerLogLevel.Error : WorkerLogLevel.Information,
        "request",
        ("method", HttpMethods.GetCanonicalizedValue(context.Request.Method) is { } method && method.Length <= 8 ? method : "other"),
        ("route", Route(context)),
        ("status", context.Response.StatusCode),
        ("problem", problem?.Type),
        ("caller", context.Features.Get<Caller>()?.Name),
        ("ms", took.TotalMilliseconds),
        ("text", options.LogText ? context.Features.Get<RequestText>()?.Text : null));
}
