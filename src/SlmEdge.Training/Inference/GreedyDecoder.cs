using SlmEdge.Training.Families;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>Greedy continuation on the training model, a batch of sequences at a time, which keeps keys and values: meant for samples and proofs, not for service.</summary>
internal static class GreedyDecoder
{
    private const int PackTokens = 4096;

    /// <summary>What keys and values of a batch may take.</summary>
    private const long CacheBytes = 1L << 29;

    public static int[] Continue(DecoderModel model, ReadOnlySpan<int> prompt, int maxTokens, int endToken, CancellationToken cancellationToken = default) =>
        ContinueAll(model, [prompt.ToArray()], maxTokens, [endToken], cancellationToken)[0].Tokens;

    /// <summary>Continues many prompts at once, packed; what they begin with alike is computed once for a pack.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">What is continued; none empty.</param>
    /// <param name="maxTokens">Most tokens of an answer.</param>
    /// <param name="endTokens">Tokens that end an answer.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static GreedyAnswer[] ContinueAll(
        DecoderModel model, IReadOnlyList<int[]> prompts, int maxTokens, IReadOnlyList<int> endTokens, CancellationToken cancellationToken = default)
    {
        using var guard = no_grad();
        var answers = new GreedyAnswer[prompts.Count];

        // Prompts of a length stay together, so that there are few fillers.
        foreach (var pack in Packs(model, [.. Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Length)], prompts, maxTokens))
        {
            Continue(model, pack, prompts, maxTokens, endTokens, answers, cancellationToken);
        }

        return answers;
    }

    private static void Continue(
        DecoderModel model, IReadOnlyList<int> pack, IReadOnlyList<int[]> prompts, int maxTokens, IReadOnlyList<int> endTokens, GreedyAnswer[] answers, CancellationToken cancellationToken)
    {
        var open = new List<Sequence>(pack.Select(i => new Sequence(i, [.. prompts[i]])));
        Close(open, s => maxTokens == 0 || s.Tokens.Count >= model.Config.ContextLength, ended: false);
        if (open.Count == 0)
        {
            return;
        }

        var (cache, next) = KvCache.Evaluate(model, [.. open.Select(s => s.Tokens.ToArray())]);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var before = open.ToArray();
                foreach (var (sequence, token) in before.Zip(next))
                {
                    sequence.Next = token;
                }

                Close(open, s => endTokens.Contains(s.Next), ended: true);
                open.ForEach(s => s.Tokens.Add(s.Next));
                Close(open, s => s.Tokens.Count - prompts[s.Index].Length >= maxTokens || s.Tokens.Count >= model.Config.ContextLength, ended: false);
                if (open.Count == 0)
                {
                    return;
                }

                if (IsLong(open.Max(s => s.Tokens.Count)) != IsLong(cache.Longest))
                {
                    // Other rotary divisors from here on: what was kept is turned by the old ones.
                    cache.Dispose();
                    (cache, next) = KvCache.Evaluate(model, [.. open.Select(s => s.Tokens.ToArray())]);
                    continue;
                }

                if (open.Count < before.Length)
                {
                    cache.Keep([.. before.Index().Where(s => open.Contains(s.Item)).Select(s => s.Index)]);
                }

                next = cache.Append([.. open.Select(s => s.Next)]);
            }
        }
        finally
        {
            cache.Dispose();
        }

        bool IsLong(int length) => length > model.Config.RopeScaling?.SwitchLength;

        void Close(List<Sequence> sequences, Predicate<Sequence> isDone, bool ended)
        {
            foreach (var done in sequences.FindAll(isDone))
            {
                answers[done.Index] = new GreedyAnswer([.. done.Tokens.Skip(prompts[done.Index].Length)], ended);
                sequences.Remove(done);
            }
        }
    }

    private static IEnumerable<List<int>> Packs(DecoderModel model, int[] order, IReadOnlyList<int[]> prompts, int maxTokens)
    {
        var most = CacheBytes / KvCache.TokenBytes(model);
        var pack = new List<int>();
        var tokens = 0;
        foreach (var i in order)
        {
            var added = prompts[i].Length + Math.Min(maxTokens, 64);

            // The prompt at hand is the longest so far.
            if (pack.Count > 0 && (tokens + added > PackTokens || (pack.Count + 1L) * Math.Min(prompts[i].Length + (long)maxTokens, model.Config.ContextLength) > most))
            {
                yield return pack;
                (pack, tokens) = ([], 0);
            }

            pack.Add(i);
            tokens += added;
        }

        if (pack.Count > 0)
        {
            yield return pack;
        }
    }

    private sealed class Sequence(int index, List<int> tokens)
    {
        public int Index { get; } = index;

        public List<int> Tokens { get; } = tokens;

        public int Next { get; set; }
    }
}
