using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>
/// Answers requests for completions with whatever the served bundle does: one that chats continues the conversation, one that generates or extracts writes the
/// answer or the document of the only message, and one that classifies names its label.
/// </summary>
internal sealed class CompletionSource(IServingEngine engine)
{
    // Clients expect numbers; this is what OpenAI's own service says where a probability is next to nothing.
    private const double Least = -9999;

    private readonly JsonSchemaCache schemas = new();

    public JsonSchemaCache Schemas => schemas;

    public IAsyncEnumerable<CompletionUpdate> AnswerAsync(CompletionRequest request, CancellationToken ct) => engine.Bundle.Kind switch
    {
        TaskKind.Chat => WriteAsync(request, engine.ChatAsync(request.Messages, request.ToGeneration(), ContextOverflow.Refuse, ct), ct),
        TaskKind.Generate => WriteAsync(request, engine.GenerateAsync(OnlyText(request), request.ToGeneration(), ct), ct),
        TaskKind.Extract => ExtractAsync(request, ct),
        _ => ClassifyAsync(request, ct),
    };

    private static async IAsyncEnumerable<CompletionUpdate> WriteAsync(CompletionRequest request, IAsyncEnumerable<GenerationUpdate> updates, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var source = updates.GetAsyncEnumerator(ct);
        while (await AskAsync(request, () => source.MoveNextAsync().AsTask()).ConfigureAwait(false))
        {
            var update = source.Current;
            yield return new CompletionUpdate(
                update.Text,
                update.Logprobs,
                update.Result is { } answer ? new CompletionEnd(answer.Text, answer.FinishReason, answer.Usage, answer.Logprobs, null) { Adapter = answer.Adapter } : null);
        }
    }

    private async IAsyncEnumerable<CompletionUpdate> ExtractAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (request is { OwnSchema: not null, Adapter: not null })
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "An adapter extracts documents of its own schema; leave 'response_format' out.", "response_format");
        }

        if (request.OwnSchema is { } own && !JsonElement.DeepEquals(own, engine.Bundle.Manifest.Task.Schema!.Value))
        {
            throw HttpProblem.Bad(
                "unsupported", "Unsupported", "The bundle extracts documents of its own schema, which GET /v1/tasks has; send that one as 'response_format', or none.", "response_format");
        }

        if (request.Logprobs is not null || request.Stop.Count > 0)
        {
            throw HttpProblem.Bad(
                "unsupported", "Unsupported", "The bundle extracts documents: there are neither probabilities of their tokens nor strings that end them.", request.Stop.Count > 0 ? "stop" : "logprobs");
        }

        var options = new ExtractionOptions { MaxTokens = request.MaxTokens, Sampling = request.Sampling, Adapter = request.Adapter };
        var text = OnlyText(request);
        var result = await AskAsync(request, () => engine.ExtractAsync(text, options, ct)).ConfigureAwait(false);
        var document = result.Document.GetRawText();
        yield return new CompletionUpdate(document, null, null);
        yield return new CompletionUpdate("", null, new CompletionEnd(document, FinishReason.Stop, result.Usage, null, null) { Adapter = result.Adapter });
    }

    private async IAsyncEnumerable<CompletionUpdate> ClassifyAsync(CompletionRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (request.Schema is not null)
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "The bundle classifies: its answer is a label and no document. Leave 'response_format' out.", "response_format");
        }

        var text = OnlyText(request);
        var chosen = request.Adapter is { } adapter ? new ClassificationOptions { Adapter = adapter } : null;
        var decisions = await AskAsync(request, () => engine.ClassifyAsync([text], chosen, ct)).ConfigureAwait(false);
        var decision = decisions[0];
        var label = decision.Label ?? "";
        TokenLogprob[]? logprobs = request.Logprobs is not { } top ? null
            : decision.Label is null ? []
            : [Describe(decision.Scores.First(score => score.Label == label), [.. decision.Scores.Take(top).Select(score => Describe(score, []))])];
        var usage = new TokenUsage(decision.Timings.TextTokens, 0, decision.Label is null ? 0 : 1);
        if (label.Length > 0)
        {
            yield return new CompletionUpdate(label, logprobs, null);
        }

        yield return new CompletionUpdate(
            "", request.Logprobs is null ? null : [], new CompletionEnd(label, FinishReason.Stop, usage, logprobs, decision.AbstentionReason) { Decision = decision, Adapter = decision.Adapter });
    }

    private static TokenLogprob Describe(LabelScore score, IReadOnlyList<TokenLogprob> beside) =>
        new(Encoding.UTF8.GetBytes(score.Label), score.Probability > 0 ? Math.Max(Math.Log(score.Probability), Least) : Least, beside);

    private string OnlyText(CompletionRequest request) => request.Messages is [{ Role: "user", Content: var text }]
        ? text
        : throw HttpProblem.Bad(
            "one-message",
            "One message",
            $"The bundle is of kind '{KindOfTask.Name(engine.Bundle.Kind)}' and has its own instruction: send one message of role 'user', the text. You sent {request.Messages.Count}.",
            "messages");

    // What the ranges of single fields do not say: the engine knows how long the schema's shortest document is, and whether the vocabulary spells it.
    private static async Task<T> AskAsync<T>(CompletionRequest request, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (InvalidTextException invalid)
        {
            throw RequestGuard.InvalidText(invalid, request.Messages.Count > 1 ? $"messages[{invalid.Index}]" : null);
        }
        catch (TaskDefinitionException error)
        {
            throw HttpProblem.Bad("schema", "Schema", $"The schema cannot be kept: {error.Message}", "response_format");
        }
        catch (ArgumentException error)
        {
            throw HttpProblem.Bad("too-few-tokens", "Too few tokens", error.Message, request.MaxTokensField);
        }
    }
}
