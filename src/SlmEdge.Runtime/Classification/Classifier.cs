using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Telemetry;
using SlmEdge.Runtime.Texts;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Runtime.Classification;

/// <summary>
/// Classifies texts with the model of a bundle. Every label is scored exactly, nothing is sampled; the scores are calibrated
/// with the bundle's temperature, and below the threshold the answer is an abstention.
/// </summary>
/// <remarks>Safe to use from several threads: the texts of all callers are evaluated together.</remarks>
public sealed class Classifier
{
    private readonly ClassificationPrompt prompt;
    private readonly SequenceScheduler scheduler;
    private readonly DecisionMaker decisions;
    private readonly OperationKind operations;
    private readonly AdapterSlot? slot;
    private readonly AdapterCollection? adapters;
    private readonly bool truncate;
    private readonly int maxTextTokens;
    private readonly int maxTextLength;

    internal Classifier(
        ClassificationPrompt prompt,
        SequenceScheduler scheduler,
        DecisionMaker decisions,
        int contextLength,
        LongTextPolicy longTexts,
        OperationKind operations,
        AdapterSlot? slot = null,
        AdapterCollection? adapters = null)
    {
        this.slot = slot;
        this.adapters = adapters;
        this.operations = operations;
        this.prompt = prompt;
        this.scheduler = scheduler;
        this.decisions = decisions;
        truncate = longTexts == LongTextPolicy.Truncate;
        maxTextTokens = contextLength - prompt.Prefix.Length - prompt.Labels.MaxDepth;
        // Far beyond what fits, tokenising would only cost time and memory: no vocabulary of the field packs 64
        // characters of ordinary text into one token on average.
        maxTextLength = Math.Max(contextLength, 1) * 64;
        Labels = [.. prompt.Task.Labels.Select(label => label.Name)];
    }

    /// <summary>The labels, in the order of the task.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The calibrated probability of the best label below which the answer is an abstention.</summary>
    public double AbstainBelow => decisions.Rules.AbstainBelow;

    /// <summary>Classifies one text.</summary>
    /// <param name="text">The text; white space around it does not count.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <exception cref="InvalidTextException">The text is empty, too long or no Unicode text.</exception>
    /// <exception cref="RuntimeBusyException">The queue is full.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The engine failed.</exception>
    public Task<Decision> ClassifyAsync(string text, CancellationToken ct = default) => ClassifyAsync(text, RequestPriority.Normal, ct);

    /// <summary>Classifies one text with an adapter, or without.</summary>
    /// <param name="text">The text; white space around it does not count.</param>
    /// <param name="options">The adapter; its version at this moment decides. <see langword="null"/> for the model itself.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <inheritdoc cref="ClassifyAsync(string, CancellationToken)" path="/exception"/>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    public async Task<Decision> ClassifyAsync(string text, ClassificationOptions? options, CancellationToken ct = default)
    {
        using var lease = adapters.Hold(options?.Adapter);
        return await (lease?.Classifier ?? this).ClassifyAsync(text, options?.Priority ?? RequestPriority.Normal, ct).ConfigureAwait(false);
    }

    /// <summary>Classifies a list of texts with an adapter, or without; all of them with the same version.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The adapter; its version at this moment decides. <see langword="null"/> for the model itself.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <inheritdoc cref="ClassifyAsync(IReadOnlyList{string}, CancellationToken)" path="/exception"/>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    public async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct = default)
    {
        using var lease = adapters.Hold(options?.Adapter);
        return await (lease?.Classifier ?? this).ClassifyAsync(texts, options?.Priority ?? RequestPriority.Normal, ct).ConfigureAwait(false);
    }

    /// <summary>Classifies a list of texts. All of them are checked before the first is evaluated.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <returns>One decision per text, in the same order.</returns>
    /// <exception cref="InvalidTextException">A text is empty, too long or no Unicode text; <see cref="InvalidTextException.Index"/> says which.</exception>
    /// <exception cref="RuntimeBusyException">The queue is full. A list that has begun waits for room instead.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The engine failed.</exception>
    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct = default) =>
        ClassifyAsync(texts, RequestPriority.Normal, ct);

    private async Task<Decision> ClassifyAsync(string text, RequestPriority priority, CancellationToken ct)
    {
        var tokens = Encode(text, 0, out var truncated);
        var result = await scheduler.Enqueue(Request(tokens, ct, priority)).ConfigureAwait(false);
        return Decide(text, tokens, truncated, result);
    }

    private async Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, RequestPriority priority, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var encoded = new (int[] Tokens, bool Truncated)[texts.Count];
        for (var i = 0; i < encoded.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            encoded[i].Tokens = Encode(texts[i], i, out encoded[i].Truncated);
        }

        var decisions = new Decision[encoded.Length];
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pending = new Queue<Task<ScoreResult>>();
        var window = Window;
        var next = 0;
        try
        {
            for (var done = 0; done < decisions.Length; done++)
            {
                while (next < encoded.Length && pending.Count < window)
                {
                    pending.Enqueue(next == 0
                        ? scheduler.Enqueue(Request(encoded[next].Tokens, abandon.Token, priority))
                        : await scheduler.EnqueueWhenRoomAsync(Request(encoded[next].Tokens, abandon.Token, priority)).ConfigureAwait(false));
                    next++;
                }

                var result = await pending.Dequeue().ConfigureAwait(false);
                decisions[done] = Decide(texts[done], encoded[done].Tokens, encoded[done].Truncated, result);
            }

            return decisions;
        }
        finally
        {
            await AbandonAsync(pending, abandon).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Classifies a stream of any length, in its order. Texts are taken from the stream as there is room, and a decision is
    /// handed out as soon as it is there, even while the stream's next text is still awaited.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="ct">Gives the request up.</param>
    /// <exception cref="InvalidTextException">
    /// A text cannot be classified; it is thrown after the decisions of all texts before it were handed out.
    /// </exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    /// <exception cref="RuntimeException">The engine failed.</exception>
    public async IAsyncEnumerable<Decision> ClassifyAsync(IAsyncEnumerable<string> texts, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pending = new Queue<(string Text, int[] Tokens, bool Truncated, Task<ScoreResult> Result)>();
        var source = texts.GetAsyncEnumerator(abandon.Token);
        Task<bool>? moving = null;
        Exception? failure = null;
        var ended = false;
        var window = Window;
        long index = 0;
        try
        {
            while (true)
            {
                while (!ended && pending.Count < window)
                {
                    try
                    {
                        moving ??= source.MoveNextAsync().AsTask();
                        if (!moving.IsCompleted && pending.Count > 0)
                        {
                            await Task.WhenAny(moving, pending.Peek().Result).ConfigureAwait(false);
                            if (!moving.IsCompleted)
                            {
                                break;
                            }
                        }

                        ended = !await moving.ConfigureAwait(false);
                        moving = null;
                        if (!ended)
                        {
                            var text = source.Current;
                            var tokens = Encode(text, index++, out var truncated);
                            pending.Enqueue((text, tokens, truncated, await scheduler.EnqueueWhenRoomAsync(Request(tokens, abandon.Token)).ConfigureAwait(false)));
                        }
                    }
                    catch (Exception error)
                    {
                        failure = error;
                        ended = true;
                        moving = null;
                    }
                }

                if (pending.Count == 0)
                {
                    break;
                }

                var (decided, read, cut, result) = pending.Dequeue();
                yield return Decide(decided, read, cut, await result.ConfigureAwait(false));
            }
        }
        finally
        {
            await AbandonAsync(pending.Select(item => (Task)item.Result), abandon).ConfigureAwait(false);
            if (moving is not null)
            {
                // An enumerator may not be disposed while it moves.
                await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await source.DisposeAsync().ConfigureAwait(false);
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private ScoreRequest Request(int[] tokens, CancellationToken ct, RequestPriority priority = RequestPriority.Normal) => new(prompt.Prefix, tokens, prompt.Labels)
    {
        Priority = priority,
        Cancellation = ct,
        Adapter = slot,
        Tolerance = decisions.Rules.Tolerance,
        Temperature = decisions.Rules.Temperature,
    };

    private int Window => Math.Min(scheduler.BatchTexts * 2, scheduler.QueueCapacity);

    private static async Task AbandonAsync(IEnumerable<Task> pending, CancellationTokenSource abandon)
    {
        var left = pending.ToArray();
        if (left.Length > 0)
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            foreach (var task in left)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private int[] Encode(string text, long index, out bool truncated)
    {
        if (scheduler.IsStopped)
        {
            throw new RuntimeStoppedException();
        }

        try
        {
            return EncodeText(text, index, out truncated);
        }
        catch (ObjectDisposedException)
        {
            // The runtime was disposed between the check and the end of the tokenisation.
            throw new RuntimeStoppedException();
        }
    }

    private int[] EncodeText(string text, long index, out bool truncated)
    {
        InputText.Check(text, index);
        truncated = false;
        var content = text;
        if (text.Length > maxTextLength)
        {
            if (!truncate)
            {
                throw TooLong($"{text.Length} characters", index);
            }

            // A cut inside a surrogate pair would make a replacement character that the text does not have.
            content = text[..(char.IsHighSurrogate(text[maxTextLength - 1]) ? maxTextLength - 1 : maxTextLength)];
            truncated = true;
        }

        if (!truncate)
        {
            var whole = prompt.EncodeText(content);
            return whole.Length <= maxTextTokens ? whole : throw TooLong($"{whole.Length} tokens", index);
        }

        try
        {
            var tokens = prompt.EncodeText(content, maxTextTokens, out var cut);
            truncated |= cut;
            return tokens;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw TooLong("at least one token", index);
        }
        catch (ArgumentException)
        {
            throw new InvalidTextException(InvalidTextReason.Empty, "The part of the text that fits the context is empty.", index);
        }
    }

    private InvalidTextException TooLong(string length, long index) => new(
        InvalidTextReason.TooLong,
        $"The text is too long: {length}, where the context leaves room for {Math.Max(maxTextTokens, 0)} tokens beside the instruction and the label. " +
        "Shorten it, allow it to be truncated, or choose a longer context.",
        index);

    private Decision Decide(string text, int[] tokens, bool truncated, ScoreResult result)
    {
        operations.Decided(prompt.Prefix.Length + tokens.Length, result.Queued + result.Evaluated);
        return decisions.Decide(text, tokens, truncated, result);
    }
}
