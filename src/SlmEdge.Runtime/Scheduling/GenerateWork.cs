using System.Diagnostics;
using System.Runtime.InteropServices;
using SlmEdge.Engines;
using SlmEdge.Engines.Sampling;
using SlmEdge.Engines.Sequences;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>Continues one prompt, a token for each evaluation.</summary>
internal sealed class GenerateWork : SequenceWork
{
    private readonly ISequenceEngine engine;
    private readonly GenerateRequest request;
    private readonly PrefixCache cache;
    private readonly TokenSampler sampler;
    private readonly AnswerText text;
    private readonly AnswerLogprobs? logprobs;
    private readonly float[] logits;
    private readonly List<int> history;
    private readonly int limit;
    private readonly long started = Stopwatch.GetTimestamp();
    private int sequence = -1;
    private int evaluated;
    private int cached = -1;
    private int readIndex = -1;
    private TimeSpan firstToken;

    public GenerateWork(ISequenceEngine engine, GenerateRequest request, AdapterSlot adapter, PrefixCache cache)
    {
        Adapter = adapter;
        this.engine = engine;
        this.request = request;
        this.cache = cache;
        sampler = new TokenSampler(request.Sampling, engine.VocabularySize);
        logprobs = request.Logprobs is { } top ? new AnswerLogprobs(top, request.Tokenizer, request.OnToken) : null;
        text = new AnswerText(request.Stop, logprobs is null || request.OnText is null ? request.OnText : HandOut);
        logits = new float[engine.VocabularySize];
        limit = request.Prompt.Length + Math.Min(request.MaxTokens, engine.ContextLength - request.Prompt.Length);
        history = new List<int>(limit);
        history.AddRange(request.Prompt);
        foreach (var token in request.Prompt)
        {
            sampler.Accept(token);
        }
    }

    public override RequestPriority Priority => request.Priority;

    public override AdapterSlot Adapter { get; }

    public override int Waiting => history.Count - evaluated;

    public override bool IsReading => history.Count - evaluated > 1;

    public override bool IsFinished => request.IsFinished;

    public override int CellsToCome => limit - evaluated;

    public override int SequencesToCome => 0;

    /// <summary>Takes a sequence, with what the cache has of the beginning.</summary>
    public void Start()
    {
        sequence = engine.Allocate(repeats: false);
        var (entry, common) = cache.FindLongest(Adapter, CollectionsMarshal.AsSpan(history), repeats: false);

        // The last token is evaluated in any case: its logits are wanted.
        evaluated = Math.Min(common, history.Count - 1);
        if (entry is not null && evaluated > 0)
        {
            engine.CopyPrefix(entry.Sequence, sequence, evaluated);
        }

        cached = cached < 0 ? evaluated : cached;
    }

    public override int Fill(SequenceBatch batch, int tokens, int outputs, int spare)
    {
        var count = Math.Min(tokens, Waiting);
        var last = count == Waiting;
        if (last && outputs == 0)
        {
            count--;
            last = false;
        }

        if (count > 0)
        {
            var index = batch.Add(sequence, CollectionsMarshal.AsSpan(history).Slice(evaluated, count), last);
            evaluated += count;
            readIndex = last ? index : -1;
        }

        return count;
    }

    public override void Read(int together)
    {
        if (readIndex < 0)
        {
            return;
        }

        // The engine's row stays as it is, up to its next evaluation.
        var row = engine.GetLogits(readIndex);
        row.CopyTo(logits);
        readIndex = -1;
        if (logits.Length > request.Tokenizer.VocabularySize)
        {
            // Rows that pad the embedding stand for no token.
            logits.AsSpan(request.Tokenizer.VocabularySize).Fill(float.NegativeInfinity);
        }

        var constraint = request.Constraint;
        constraint?.Apply(logits, limit - history.Count);
        var token = sampler.Sample(logits);
        if (firstToken == TimeSpan.Zero)
        {
            firstToken = Stopwatch.GetElapsedTime(started);
        }

        if (request.Tokenizer.IsEndOfGeneration(token) || request.EndTokens.AsSpan().Contains(token))
        {
            if (constraint is { CanEnd: false })
            {
                throw new EngineException("The model ended an answer that its constraint does not let end there.");
            }

            Finish(FinishReason.Stop);
            return;
        }

        logprobs?.Add(row[..Math.Min(row.Length, request.Tokenizer.VocabularySize)], token);
        sampler.Accept(token);
        constraint?.Accept(token);
        history.Add(token);
        if (text.Append(request.Tokenizer.GetTokenBytes(token)))
        {
            Finish(FinishReason.StopString);
        }
        else if (constraint is { MustEnd: true })
        {
            Finish(FinishReason.Stop);
        }
        else if (history.Count >= limit)
        {
            Finish(FinishReason.Length);
        }
    }

    public override void Fail(Exception error) => request.Fail(error);

    public override void Release()
    {
        if (sequence < 0)
        {
            return;
        }

        // What a conversation has said so far begins its next prompt.
        var length = engine.GetLength(sequence);
        if (length > 0)
        {
            cache.Add(Adapter, [.. CollectionsMarshal.AsSpan(history)[..length]], sequence, repeats: false, ready: true);
        }
        else
        {
            engine.Free(sequence);
        }

        sequence = -1;
    }

    public override void Forget()
    {
        sequence = -1;
        evaluated = 0;
        readIndex = -1;
    }

    private void HandOut(string piece)
    {
        logprobs!.HandOut(text.HandedOut);
        request.OnText!(piece);
    }

    private void Finish(FinishReason reason)
    {
        var written = text.End();
        request.Complete(new GenerateResult(
            written,
            [.. CollectionsMarshal.AsSpan(history)[request.Prompt.Length..]],
            reason,
            request.Prompt.Length,
            cached,
            Stopwatch.GetElapsedTime(request.CreatedAt, started),
            firstToken,
            Stopwatch.GetElapsedTime(started))
        {
            Logprobs = logprobs?.Within(text.Length),
        });
    }
}
