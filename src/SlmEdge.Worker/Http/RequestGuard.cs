using System.Globalization;
using Microsoft.AspNetCore.Http;
using SlmEdge.Runtime;

namespace SlmEdge.Worker.Http;

/// <summary>
/// Around every request: refuses foreign host names on a loopback service, and turns every failure into problem details.
/// </summary>
internal sealed class RequestGuard(bool loopbackOnly, WorkerOptions options)
{
    // Not registered with IANA; servers' logs commonly use it for "the client closed the connection". Nobody receives it.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            // A web page elsewhere can make a browser on this machine talk to a loopback service under a name of its own
            // (DNS rebinding); such requests carry that name in Host.
            if (loopbackOnly && !ListenAddresses.IsLoopbackHost(context.Request.Host.Host))
            {
                throw new HttpProblem(StatusCodes.Status421MisdirectedRequest, "wrong-host", "Wrong host name", "This service answers to localhost only.");
            }

            await next(context).ConfigureAwait(false);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentLength is null)
            {
                await JsonResponse.WriteProblemAsync(context, ForStatus(context)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await JsonResponse.WriteProblemAsync(context, Describe(error)).ConfigureAwait(false);
        }
    }

    private static HttpProblem ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new HttpProblem(
            StatusCodes.Status404NotFound, "unknown-route", "Unknown route", $"There is nothing at {context.Request.Path}. There are POST /v1/classify, GET /v1/bundle, GET /healthz and the page at /."),
        StatusCodes.Status405MethodNotAllowed => new HttpProblem(
            StatusCodes.Status405MethodNotAllowed, "wrong-method", "Wrong method", $"{context.Request.Path} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}."),
        var status => new HttpProblem(status, "refused", "Refused", "The request was refused."),
    };

    private HttpProblem Describe(Exception error)
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
                    string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {options.MaxRequestBytes} bytes. Send fewer texts at once."));
            case BadHttpRequestException bad:
                return new HttpProblem(bad.StatusCode, "bad-request", "Bad request", bad.Message);
            case RuntimeBusyException busy:
                return new HttpProblem(StatusCodes.Status503ServiceUnavailable, "busy", "Busy", busy.Message, busy.RetryAfter);
            case RuntimeStoppedException:
                return new HttpProblem(StatusCodes.Status503ServiceUnavailable, "stopping", "Stopping", "The service is stopping.", TimeSpan.FromSeconds(5));
            case RuntimeException failed:
                options.Log?.Invoke($"error: {failed.Message}");
                return new HttpProblem(StatusCodes.Status500InternalServerError, "engine-failed", "The engine failed", failed.Message);
            default:
                options.Log?.Invoke($"error: {error.GetType().Name}: {error.Message}");
                return new HttpProblem(StatusCodes.Status500InternalServerError, "internal", "Internal error", "The request failed; the service's log says why.");
        }
    }
}
