using SlmEdge.Engines.LlamaCpp.Evaluation;

namespace SlmEdge.Engines.LlamaCpp.Generation;

/// <summary>
/// Continues many prompts at once: each evaluation carries one token of every continuation under way, and a request enters as soon as
/// there is memory for its longest outcome. What a prompt has in common with the first one is computed once.
/// </summary>
internal sealed class SequenceGenerator(LlamaEvaluator evaluator, LlamaTokenizer tokenizer, int contextLength, int cells, int maxSequences)
{
    private readonly int limit = Math.Min(maxSequences, Math.Min(evaluator.SequenceLimit - 1, Math.Min(evaluator.MaxOutputs, evaluator.Batch.Capacity)));
    private readonly List<Group> running = [];
    private readonly bool[] used = new bool[evaluator.SequenceLimit];
    private int[] shared = [];

    /// <summary>Runs until nothing is under way and <paramref name="next"/> gives nothing.</summary>
    internal void Run(Func<GenerationRequest?> next, Action<GenerationRequest, IReadOnlyList<GeneratedText>> done, CancellationToken ct)
    {
        try
        {
            var waiting = next();
            while (waiting is not null || running.Count > 0)
            {
                while (waiting is not null && TryStart(waiting, ct))
                {
                    waiting = next();
                }

                Step(ct);
                for (var i = running.Count - 1; i >= 0; i--)
                {
                    if (running[i] is { Finished: true } group)
                    {
                        running.RemoveAt(i);
                        Release(group);
                        done(group.Request, [.. group.Members.Select(member => member.Result!)]);
                    }
                }

                waiting ??= next();
            }
        }
        finally
        {
            running.ForEach(Release);
            running.Clear();
        }
    }

    /// <summary>Checks that a request can be served at all.</summary>
    /// <exception cref="EngineException">Its prompt does not fit the context or it asks for more samples than there are sequences.</exception>
    internal void Check(GenerationRequest request)
    {
        if (request.Prompt.Length >= contextLength)
        {
            throw new EngineException(
                $"The prompt has {request.Prompt.Length} tokens, but the context holds {contextLength} with the answer. Shorten it or open the engine with a larger ContextLength.");
        }

        if (request.Samples < 1 || request.Samples > limit)
        {
            throw new EngineException($"{request.Samples} samples at once were asked for; from 1 to {limit} are possible.");
        }

        if (Cells(request) > cells)
        {
            throw new EngineException(
                $"{request.Samples} answers of up to {request.MaxTokens} tokens need more than the {cells} cells of the key-value memory; ask for fewer or open the engine with more FullSequences.");
        }
    }

    private bool TryStart(GenerationRequest request, CancellationToken ct)
    {
        var prompt = request.Prompt.AsSpan(..^1);
        if (running.Count == 0)
        {
            evaluator.KeepPrefix(prompt, ct);
            shared = prompt.ToArray();
        }

        var common = prompt.CommonPrefixLength(shared);
        var needed = Cells(request) - common;
        var first = FindSequences(request.Samples);
        if (first < 0 || shared.Length + running.Sum(group => group.Cells) + needed > cells)
        {
            return false;
        }

        var members = new RunningSequence[request.Samples];
        for (var i = 0; i < members.Length; i++)
        {
            if (common > 0)
            {
                evaluator.CopySequence(LlamaEvaluator.PrefixSequence, first + i, common);
            }

            used[first + i] = true;
            members[i] = new RunningSequence(request, i, first + i, tokenizer, contextLength);
        }

        running.Add(new Group(request, members, needed));
        for (var position = common; position < prompt.Length; position++)
        {
            if (evaluator.Batch.Free == 0)
            {
                evaluator.Evaluate(ct);
            }

            evaluator.Batch.Add(prompt[position], position, first, members.Length, output: false);
        }

        return true;
    }

    private void Step(CancellationToken ct)
    {
        var members = running.SelectMany(group => group.Members).Where(member => member.Result is null).ToArray();
        if (evaluator.Batch.Free < members.Length)
        {
            evaluator.Evaluate(ct);
        }

        foreach (var member in members)
        {
            member.BatchIndex = evaluator.Batch.Add(member.NextToken, member.NextPosition, member.Sequence, 1, output: true);
        }

        evaluator.Evaluate(ct);
        foreach (var member in members)
        {
            member.Advance(evaluator.Context, evaluator.GetLogits(member.BatchIndex));
        }
    }

    /// <summary>Cells that a request fills at most: its prompt once, and for each sample the prompt's last token and the answer.</summary>
    private int Cells(GenerationRequest request) => checked(
        request.Prompt.Length - 1 + (request.Samples * (1 + Math.Min(request.MaxTokens, contextLength - request.Prompt.Length))));

    // Neighbouring sequences, because a token of the batch belongs to neighbours.
    private int FindSequences(int count)
    {
        var run = 0;
        for (var sequence = 1; sequence <= limit; sequence++)
        {
            run = used[sequence] ? 0 : run + 1;
            if (run == count)
            {
                return sequence - count + 1;
            }
        }

        return -1;
    }

    private void Release(Group group)
    {
        foreach (var member in group.Members)
        {
            evaluator.RemoveSequence(member.Sequence);
            used[member.Sequence] = false;
            member.Dispose();
        }
    }

    private sealed record Group(GenerationRequest Request, RunningSequence[] Members, int Cells)
    {
        internal bool Finished => Members.All(member => member.Result is not null);
    }
}
