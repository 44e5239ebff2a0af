using System.Globalization;
using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Limits;

/// <summary>Gives a request up when it takes too long. Stands behind the routing, which knows the endpoints without such a limit.</summary>
internal sealed class TimeLimit(LimitOptions limits)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NoTimeLimit>() is not null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var gone = context.RequestAborted;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(gone);
        timer.CancelAfter(limits.RequestTime);
        context.RequestAborted = timer.Token;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw new HttpProblem(
                StatusCodes.Status503ServiceUnavailable,
                "time-limit",
                "Time limit",
                string.Create(CultureInfo.InvariantCulture, $"The request took longer than {limits.RequestTime.TotalSeconds:0.###} seconds and was given up. Ask for less at once, or later."),
                TimeSpan.FromSeconds(1));
        }
        finally
        {
            context.RequestAborted = gone;
        }
    }
}
