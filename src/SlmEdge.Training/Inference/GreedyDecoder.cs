using SlmEdge.Training.Families;
using SlmEdge.Training.Packing;
using static TorchSharp.torch;

namespace SlmEdge.Training.Inference;

/// <summary>Greedy continuation on the training model. It evaluates the whole sequence for every token: meant for samples and proofs, not for service.</summary>
internal static class GreedyDecoder
{
    private const int PackTokens = 4096;

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
        List<int>[] sequences = [.. prompts.Select(p => new List<int>(p))];
        var ended = new bool[prompts.Count];

        // Prompts of a length stay together, so that the rows of a pack tend to end together.
        foreach (var pack in Packs([.. Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Length)], prompts, maxTokens))
        {
            for (var step = 0; step < maxTokens; step++)
            {
                int[] open = [.. pack.Where(i => !ended[i] && sequences[i].Count < model.Config.ContextLength)];
                if (open.Length == 0)
                {
                    break;
                }

                cancellationToken.ThrowIfCancellationRequested();
                var next = NextTokens(model, [.. open.Select(i => sequences[i].ToArray())]);
                for (var i = 0; i < open.Length; i++)
                {
                    if (endTokens.Contains(next[i]))
                    {
                        ended[open[i]] = true;
                    }
                    else
                    {
                        sequences[open[i]].Add(next[i]);
                    }
                }
            }
        }

        return [.. sequences.Select((sequence, i) => new GreedyAnswer([.. sequence.Skip(prompts[i].Length)], ended[i]))];
    }

    private static int[] NextTokens(DecoderModel model, int[][] sequences)
    {
        using var scope = NewDisposeScope();
        var pack = PackedSequences.WithSharedPrefixes(sequences);
        long[] last = [.. sequences.Select((sequence, i) => (long)pack.RowOf(i, sequence.Length - 1))];
        var best = model.Logits(model.Forward(pack).index_select(0, tensor(last, device: model.Device))).argmax(-1).cpu();
        return [.. best.data<long>().ToArray().Select(token => (int)token)];
    }

    private static IEnumerable<List<int>> Packs(int[] order, IReadOnlyList<int[]> prompts, int maxTokens)
    {
        var pack = new List<int>();
        var tokens = 0;
        foreach (var i in order)
        {
            var added = prompts[i].Length + Math.Min(maxTokens, 64);
            if (pack.Count > 0 && tokens + added > PackTokens)
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
}
