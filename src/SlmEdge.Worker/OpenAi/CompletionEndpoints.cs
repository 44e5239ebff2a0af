using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary><c>POST /v1/chat/completions</c> and <c>POST /v1/completions</c> as OpenAI's clients ask them, whole or streamed.</summary>
internal sealed class CompletionEndpoints(IServingEngine engine, WorkerOptions options) : IEndpointGroup
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
        var bundle = engine.Bundle;
        var request = await JsonBody.ReadAsync(
            context, root => ChatCompletionRequest.Parse(root, bundle.Manifest.Name, options.Limits.MaxTokens, source.Schemas), MaxDepth).ConfigureAwait(false);
        await AnswerAsync(context, request, new ChatCompletionJson(bundle)).ConfigureAwait(false);
    }

    private async Task CompleteAsync(HttpContext context)
    {
        var bundle = engine.Bundle;
        var request = await JsonBody.ReadAsync(context, root => TextCompletionRequest.Parse(root, bundle.Manifest.Name, options.Limits.MaxTokens)).ConfigureAwait(false);
        await AnswerAsync(context, request, new TextCompletionJson(bundle)).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, CompletionRequest request, ICompletionJson form)
    {
        RequestText.Note(context, options, [.. request.Messages.Select(message => message.Content)]);
        var updates = source.AnswerAsync(request, context.RequestAborted);
        await (request.Stream ? StreamAsync(context, request, updates, form) : WriteAsync(context, updates, form)).ConfigureAwait(false);
    }

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
