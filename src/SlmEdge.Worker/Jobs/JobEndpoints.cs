using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Jobs;

/// <summary>
/// <c>POST /v1/jobs</c> takes JSON Lines of any size; <c>GET /v1/jobs/{id}</c> says how far they are and <c>…/results</c> gives what there is. <c>pause</c>, <c>resume</c>,
/// <c>cancel</c> and <c>retry</c> are posted to a job.
/// </summary>
internal sealed class JobEndpoints(JobStore store, JobRunner runner, IServingEngine engine, TimeProvider time) : IEndpointGroup
{
    private const int MaxLineBytes = 1 << 20;
    private const int RowsTogether = 1000;
    private const int BytesTogether = 4 << 20;
    private const int MostJobs = 200;
    private const int MostNameCharacters = 200;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/jobs", SubmitAsync).RequireRole(Role.Ask).MaxRequestBytes(null).WithoutTimeLimit();
        routes.MapGet("/v1/jobs", ListAsync).RequireRole(Role.Ask);
        routes.MapGet("/v1/jobs/{id}", context => WriteAsync(context, Find(context))).RequireRole(Role.Ask);
        routes.MapGet("/v1/jobs/{id}/results", ResultsAsync).RequireRole(Role.Ask).WithoutTimeLimit();
        routes.MapDelete("/v1/jobs/{id}", RemoveAsync).RequireRole(Role.Ask);
        routes.MapPost("/v1/jobs/{id}/pause", Change(id => store.ChangeAsync(id, JobState.Paused))).RequireRole(Role.Ask);
        routes.MapPost("/v1/jobs/{id}/resume", Change(id => store.ChangeAsync(id, JobState.Running))).RequireRole(Role.Ask);
        routes.MapPost("/v1/jobs/{id}/cancel", Change(id => store.ChangeAsync(id, JobState.Cancelled))).RequireRole(Role.Ask);
        routes.MapPost("/v1/jobs/{id}/retry", Change(store.RetryFailedAsync)).RequireRole(Role.Ask);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var type = context.Request.ContentType ?? "";
        if (!type.StartsWith("application/jsonl", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpProblem(
                StatusCodes.Status415UnsupportedMediaType, "not-json-lines", "Not JSON Lines", "Send one JSON object a line with the header 'Content-Type: application/jsonl'.");
        }

        var name = context.Request.Query["name"].ToString();
        if (name.Length > MostNameCharacters)
        {
            throw HttpProblem.Bad("name-too-long", "Name too long", $"'name' has {name.Length} characters; at most {MostNameCharacters} are kept.", "name");
        }

        var top = context.Request.Query["top"].ToString() switch
        {
            "" => 0,
            var text when int.TryParse(text, out var number) && number > 0 => number,
            var text => throw HttpProblem.Bad("wrong-parameter", "Wrong parameter", $"'top' has to be a whole number from 1, not '{text}'.", "top"),
        };
        var (adapter, task) = ReadChoices(context);
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        var (job, isNew) = await store.BeginAsync(name, top, key.Length == 0 ? null : $"{Caller.Of(context).Name}/{key}", adapter, task).ConfigureAwait(false);
        if (isNew)
        {
            job = await ReceiveAsync(context, job).ConfigureAwait(false);
            runner.Wake();
        }
        else if (job.State == JobState.Receiving)
        {
            throw new HttpProblem(StatusCodes.Status409Conflict, "being-received", "Being received", "A job with this Idempotency-Key is being received.", TimeSpan.FromSeconds(1));
        }

        context.Response.Headers.Location = $"/v1/jobs/{job.Id}";
        await WriteAsync(context, job, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    // Rows are meant for one task: under another bundle they wait, whether their sender named it or not.
    private (string? Adapter, string Task) ReadChoices(HttpContext context)
    {
        var served = engine.Bundle.Manifest.Task.Name;
        if (context.Request.Query["task"].ToString() is { Length: > 0 } task && task != served)
        {
            throw new HttpProblem(StatusCodes.Status409Conflict, "other-task", "Another task", $"The task that is served is '{served}', not '{task}'.") { Field = "task" };
        }

        if (context.Request.Query["adapter"].ToString() is not { Length: > 0 } adapter)
        {
            return (null, served);
        }

        return engine.Adapters.Any(loaded => loaded.Name == adapter)
            ? (adapter, served)
            : throw new HttpProblem(StatusCodes.Status404NotFound, "unknown-adapter", "Unknown adapter", $"No adapter '{adapter}' is loaded.") { Field = "adapter" };
    }

    // Rows go to the disk as they come; the job counts only once all of them are there.
    private async Task<JobInfo> ReceiveAsync(HttpContext context, JobInfo job)
    {
        try
        {
            var rows = 0L;
            var bytes = 0;
            var waiting = new List<string>();
            await foreach (var text in JobLines.ReadAsync(context.Request.BodyReader, MaxLineBytes, context.RequestAborted).ConfigureAwait(false))
            {
                waiting.Add(text);
                bytes += text.Length;
                if (waiting.Count == RowsTogether || bytes >= BytesTogether)
                {
                    await store.AddRowsAsync(job.Id, rows + 1, waiting).ConfigureAwait(false);
                    rows += waiting.Count;
                    bytes = 0;
                    waiting = [];
                }
            }

            await store.AddRowsAsync(job.Id, rows + 1, waiting).ConfigureAwait(false);
            rows += waiting.Count;
            return rows > 0
                ? await store.AcceptAsync(job.Id, rows).ConfigureAwait(false)
                : throw HttpProblem.Bad("empty-job", "Empty job", "The body has no lines.");
        }
        catch
        {
            await ((Task)store.RemoveAsync(job.Id)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private Task ListAsync(HttpContext context)
    {
        var jobs = store.List(MostJobs);
        return JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("jobs");
            foreach (var job in jobs)
            {
                Write(json, job);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task ResultsAsync(HttpContext context)
    {
        var job = Find(context);
        context.Response.ContentType = "application/jsonl; charset=utf-8";
        var after = 0L;
        while (store.Results(job.Id, after, RowsTogether) is { Count: > 0 } results)
        {
            foreach (var (row, text, result, error) in results)
            {
                await context.Response.WriteAsync(JobResults.Line(row, text, result, error), Encoding.UTF8, context.RequestAborted).ConfigureAwait(false);
                after = row;
            }

            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var job = Find(context);
        if (job.State is JobState.Running or JobState.Paused)
        {
            throw new HttpProblem(StatusCodes.Status409Conflict, "job-runs", "Job runs", "The job has not ended; cancel it first.");
        }

        await store.RemoveAsync(job.Id).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private RequestDelegate Change(Func<string, Task<JobInfo?>> change) => async context =>
    {
        var job = await change(Id(context)).ConfigureAwait(false) ?? throw Unknown(context);
        runner.Wake();
        await WriteAsync(context, job).ConfigureAwait(false);
    };

    private JobInfo Find(HttpContext context) => store.Find(Id(context)) ?? throw Unknown(context);

    private static string Id(HttpContext context) => context.Request.RouteValues["id"]?.ToString() ?? "";

    private static HttpProblem Unknown(HttpContext context) =>
        new(StatusCodes.Status404NotFound, "unknown-job", "Unknown job", $"There is no job '{Id(context)}'.");

    private Task WriteAsync(HttpContext context, JobInfo job, int status = StatusCodes.Status200OK) => JsonResponse.WriteAsync(context, status, json => Write(json, job));

    private void Write(Utf8JsonWriter json, JobInfo job)
    {
        json.WriteStartObject();
        json.WriteString("id", job.Id);
        json.WriteString("name", job.Name);
        json.WriteString("state", job.State.ToString().ToLowerInvariant());
        json.WriteString("created", job.Created.UtcDateTime);
        if (job.Finished is { } finished)
        {
            json.WriteString("finished", finished.UtcDateTime);
        }

        if (job.Task is { } task)
        {
            json.WriteString("task", task);
        }

        if (job.Adapter is { } adapter)
        {
            json.WriteString("adapter", adapter);
        }

        json.WriteNumber("total", job.Total);
        json.WriteNumber("done", job.Done);
        json.WriteNumber("failed", job.Failed);
        var seconds = ((job.Finished ?? time.GetUtcNow()) - job.Created).TotalSeconds;
        if (job.Done > 0 && seconds > 0)
        {
            var rate = job.Done / seconds;
            json.WriteNumber("rowsPerSecond", Math.Round(rate, 1));
            if (job.State == JobState.Running)
            {
                json.WriteNumber("secondsLeft", Math.Round(job.Waiting / rate));
            }
        }

        json.WriteEndObject();
    }
}
