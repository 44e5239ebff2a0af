using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary><c>POST /v1/chat/completions</c> and <c>POST /v1/completions</c> as OpenAI's clients ask them, whole or streamed.</summary>
internal sealed class CompletionEndpoints(IServingEngine engine, WorkerOptions options, DecisionJournal? journal) : IEndpointGroup
{
    // A schema in a request may be nested; documents are checked against their own limit.
    private const int MaxDepth = 64;

    private readonly CompletionSource source = new(engine);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", ChatAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
        routes.MapPost("/v1/completions", CompleteAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
    }

    private async Task ChatAsync(HttpContext context)
    {
        var request = await JsonBody.ReadAsync(
            context, root => Parse(root, () => ChatCompletionRequest.Parse(root, options.Limits.MaxTokens, source.Schemas)), MaxDepth).ConfigureAwait(false);
        await AnswerAsync(context, request, new ChatCompletionJson(engine.Bundle, Find(request.Adapter))).ConfigureAwait(false);
    }

    private async Task CompleteAsync(HttpContext context)
    {
        var request = await JsonBody.ReadAsync(context, root => Parse(root, () => TextCompletionRequest.Parse(root, options.Limits.MaxTokens))).ConfigureAwait(false);
        await AnswerAsync(context, request, new TextCompletionJson(engine.Bundle, Find(request.Adapter))).ConfigureAwait(false);
    }

    // The model first: that there is none explains more than what else may be wrong.
    private CompletionRequest Parse(JsonElement root, Func<CompletionRequest> parse)
    {
        var adapter = Models.ChooseAdapter(root, engine, options.Adapters);
        return parse() with { Adapter = adapter };
    }

    private AdapterInfo? Find(string? name) => name is null ? null : engine.Adapters.FirstOrDefault(adapter => adapter.Name == name);

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, ICompletionJson form)
    {
        RequestText.Note(context, options, [.. request.Messages.Select(message => message.Content)]);
        var updates = source.AnswerAsync(request, context.RequestAborted);
        if (journal is not null)
        {
            updates = RecordAsync(journal, request, updates, form.Id);
        }

        await (request.Stream ? StreamAsync(context, request, updates, form) : WriteAsync(context, updates, form)).ConfigureAwait(false);
    }

    // The entry is on the disk before the last piece goes out.
    private async IAsyncEnumerable<CompletionUpdate> RecordAsync(DecisionJournal keeper, CompletionRequest request, IAsyncEnumerable<CompletionUpdate> updates, string id)
    {
        var started = Stopwatch.GetTimestamp();
        await foreach (var update in updates.ConfigureAwait(false))
        {
            var from = "openai:" + id;
            if (update.End is { Decision: { } decision })
            {
                await keeper.RecordAsync(engine.Bundle, [decision], from).ConfigureAwait(false);
            }
            else if (update.End is { } end)
            {
                await keeper.RecordAnswerAsync(
                    engine.Bundle, from, Text(request), end.Text, end.FinishReason, end.Usage.AnswerTokens, Stopwatch.GetElapsedTime(started), end.Adapter).ConfigureAwait(false);
            }

            yield return update;
        }
    }

    private static string Text(CompletionRequest request) => request.Messages is [{ Content: var only }]
        ? only
        : string.Join('\n', request.Messages.Select(message => $"{message.Role}: {message.Content}"));

    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<CompletionUpdate> updates, ICompletionJson form)
    {
        CompletionEnd? whole = null;
        await foreach (var update in updates.ConfigureAwait(false))
        {
            whole = update.End;
        }

        var answer = whole ?? throw new InvalidOperationException("The stream of updates ended without its last one.");
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => form.WriteWhole(json, answer)).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, CompletionRequest request, IAsyncEnumerable<CompletionUpdate> updates, ICompletionJson form)
    {
        var events = new EventStream(context);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            await events.SendAsync(json => form.WriteChunk(json, update)).ConfigureAwait(false);
            if (update.End is { } answer && request.IncludeUsage)
            {
                await events.SendAsync(json => form.WriteUsageChunk(json, answer.Usage)).ConfigureAwait(false);
            }
        }

        await events.SendAsync("[DONE]"u8.ToArray()).ConfigureAwait(false);
    }
}
