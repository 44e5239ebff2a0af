using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Telemetry;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Generation;

/// <summary>Lets the scheduler continue prompts, and hands the answers out as a whole or as they are written.</summary>
internal sealed class AnswerWriter(
    SequenceScheduler scheduler,
    LlamaTokenizer tokenizer,
    GenerationPrompt prompt,
    int contextLength,
    OperationKind operations,
    AdapterSlot? slot = null,
    AdapterVersion? adapter = null)
{
    private readonly Lazy<VocabularyTrie> vocabulary = new(tokenizer.CreateVocabularyTrie);
    private readonly ConditionalWeakTable<JsonSchema, DocumentConstraint> constraints = [];
    private readonly int[] endTokens = [.. prompt.EndTokens];

    // The plain prompt's answers are trained with a space in front, which belongs to the prompt's form and not to the answer.
    private readonly bool trims = prompt.Conversation is null;

    /// <summary>Whether texts are compared with a reference, which needs their tokens.</summary>
    public bool IsCompared { get; init; }

    public GenerationPrompt Prompt => prompt;

    public int ContextLength => contextLength;

    /// <summary>The constraint of a schema; made once for each.</summary>
    /// <exception cref="Tasks.TaskDefinitionException">The vocabulary cannot spell the schema's documents.</exception>
    public DocumentConstraint Constrain(JsonSchema schema) => constraints.GetValue(
        schema, key => new DocumentConstraint(key, vocabulary.Value, prompt.EndTokens, new DocumentOptions { LeadingSpaces = trims ? 2 : 0 }));

    /// <summary>Tokens that an answer takes at least.</summary>
    /// <exception cref="ArgumentException">The limit is too low for the shortest document of the schema.</exception>
    public int Needed(GenerationOptions options)
    {
        if (options.Schema is not { } schema)
        {
            return 1;
        }

        var least = Constrain(schema).MinTokens;
        return least <= options.MaxTokens
            ? least
            : throw new ArgumentException($"A document of the schema takes at least {least} tokens, and only {options.MaxTokens} may be written; raise MaxTokens.", nameof(options));
    }

    /// <summary>Tokens that are left to the answer where the prompt can be made shorter.</summary>
    public int Wanted(GenerationOptions options) => Math.Min(options.MaxTokens, contextLength / 4);

    /// <summary>The tokens of a text alone, where it is compared.</summary>
    public int[]? EncodeText(string text)
    {
        try
        {
            return IsCompared && !scheduler.IsStopped ? tokenizer.Encode(text.Trim()) : null;
        }
        catch (ObjectDisposedException)
        {
            return null; // The answer is there; only the comparison misses it.
        }
    }

    /// <summary>Does what tokenises, and answers that the runtime has stopped when it was disposed.</summary>
    public T WhileOpen<T>(Func<T> work)
    {
        if (scheduler.IsStopped)
        {
            throw new RuntimeStoppedException();
        }

        try
        {
            return work();
        }
        catch (ObjectDisposedException)
        {
            throw new RuntimeStoppedException();
        }
    }

    public async Task<GeneratedText> WriteAsync(int[] tokens, GenerationOptions options, CancellationToken ct)
    {
        var operation = operations.Begin(options);
        try
        {
            var answer = Describe(await scheduler.Enqueue(Request(tokens, options, null, null, ct)).ConfigureAwait(false));
            operation.Succeed(answer);
            return answer;
        }
        catch (Exception error)
        {
            operation.Fail(error);
            throw;
        }
    }

    /// <summary>Writes an answer and hands out its pieces. Leaving the enumeration early gives the request up.</summary>
    public async IAsyncEnumerable<GenerationUpdate> StreamAsync(int[] tokens, GenerationOptions options, [EnumeratorCancellation] CancellationToken ct = default)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pieces = Channel.CreateUnbounded<(string Text, TokenLogprob[] Logprobs)>(new UnboundedChannelOptions { SingleReader = true });
        var drawn = new List<TokenLogprob>(); // Both callbacks come from the loop's thread; tokens wait here until their text is handed out.
        var request = Request(tokens, options, HandOut, drawn.Add, abandon.Token);
        var parent = Activity.Current;
        var operation = operations.Begin(options);
        Activity.Current = parent; // What the caller does between two pieces is no part of the operation.
        var answer = Start(request);
        _ = answer.ContinueWith(
            _ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            var begun = !trims;
            var told = 0;
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                var text = begun ? piece.Text : piece.Text.TrimStart();
                begun |= text.Length > 0;
                ct.ThrowIfCancellationRequested();
                if (text.Length > 0 || piece.Logprobs.Length > 0)
                {
                    told += piece.Logprobs.Length;
                    yield return new GenerationUpdate(text, null) { Logprobs = options.Logprobs is null ? null : piece.Logprobs };
                }
            }

            var whole = Describe(await answer.ConfigureAwait(false));
            yield return new GenerationUpdate("", whole) { Logprobs = whole.Logprobs is { } all ? [.. all.Skip(told)] : null };
        }
        finally
        {
            if (!answer.IsCompleted)
            {
                await abandon.CancelAsync().ConfigureAwait(false);
            }

            await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (answer.IsCompletedSuccessfully)
            {
                operation.Succeed(Describe(answer.Result));
            }
            else
            {
                operation.Fail(answer.Exception?.InnerException ?? new OperationCanceledException());
            }
        }

        void HandOut(string text)
        {
            pieces.Writer.TryWrite((text, drawn.Count == 0 ? [] : [.. drawn]));
            drawn.Clear();
        }
    }

    // An error at the queue ends the stream as one of the engine does.
    private Task<GenerateResult> Start(GenerateRequest request)
    {
        try
        {
            return scheduler.Enqueue(request);
        }
        catch (Exception error)
        {
            return Task.FromException<GenerateResult>(error);
        }
    }

    private GenerateRequest Request(int[] tokens, GenerationOptions options, Action<string>? onText, Action<TokenLogprob>? onToken, CancellationToken ct) =>
        new(tokens, options.MaxTokens, tokenizer)
        {
            Sampling = options.Sampling,
            Stop = options.Stop,
            Constraint = options.Schema is { } schema ? Constrain(schema).Begin(Math.Min(options.MaxTokens, contextLength - tokens.Length)) : null,
            EndTokens = endTokens,
            OnText = onText,
            OnToken = onToken,
            Logprobs = options.Logprobs,
            Priority = options.Priority,
            Deadline = options.Deadline,
            Cancellation = ct,
            Adapter = slot,
        };

    private GeneratedText Describe(GenerateResult result) => new(
        trims ? result.Text.TrimStart() : result.Text,
        result.Reason,
        new TokenUsage(result.PromptTokens, result.CachedTokens, result.Tokens.Length),
        new GenerationTimings(result.Queued, result.FirstToken, result.Evaluated))
    {
        Logprobs = result.Logprobs,
        Adapter = adapter,
    };
}
