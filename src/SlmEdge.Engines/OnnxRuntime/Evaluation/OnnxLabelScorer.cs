using SlmEdge.Engines.Scoring;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.OnnxRuntime.Evaluation;

/// <summary>Scores the labels of many texts: similar lengths are batched, longer labels continue behind copies of the text's keys and values.</summary>
internal sealed class OnnxLabelScorer : IDisposable
{
    // 64 MiB: what logits, and copied keys and values, of one evaluation may take.
    private const long MaxFloats = 16 * 1024 * 1024;

    private readonly OnnxDecoder decoder;
    private readonly int batchTokens;
    private readonly int cachedPrefixTokens;
    private readonly float[][] pastBuffers;
    private double[] nodeScores = [];
    private int[] prefixTokens = [];
    private OnnxStep? prefixStep;

    internal OnnxLabelScorer(OnnxDecoder decoder, int batchTokens, int cachedPrefixTokens)
    {
        this.decoder = decoder;
        this.batchTokens = (int)Math.Clamp(MaxFloats / decoder.Config.VocabularySize, 1, batchTokens);
        this.cachedPrefixTokens = cachedPrefixTokens;
        pastBuffers = new float[decoder.Config.PastNames.Count][];
        Array.Fill(pastBuffers, []);
    }

    /// <summary>Fills <c>[texts, labels]</c>; the lengths have been checked.</summary>
    internal void Score(ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        if (texts.Count == 0)
        {
            return;
        }

        var order = new int[texts.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        // Rows of one length need no padding. The sort must not depend on anything but the input.
        Array.Sort(order, (a, b) => texts[a].Length != texts[b].Length ? texts[a].Length.CompareTo(texts[b].Length) : a.CompareTo(b));
        if (prefix.Length >= cachedPrefixTokens && prefix.Length > texts[order[order.Length / 2]].Length)
        {
            ScoreBehindPrefix(prefix, texts, labels, logProbs, ct);
        }
        else
        {
            ScoreWholePrompts(prefix, texts, order, labels, logProbs, ct);
        }
    }

    public void Dispose() => prefixStep?.Dispose();

    private void ScoreWholePrompts(
        ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, int[] order, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        for (var start = 0; start < order.Length;)
        {
            // Sorted ascending: the last row is the longest.
            var count = 1;
            while (start + count < order.Length && (count + 1) * (long)(prefix.Length + texts[order[start + count]].Length) <= batchTokens)
            {
                count++;
            }

            var rows = order.AsSpan(start, count);
            var longest = prefix.Length + texts[rows[^1]].Length;
            var ids = decoder.PrepareIds(count, longest);
            var mask = decoder.PrepareMask(count, longest);
            ids.Clear();
            mask.Clear();
            var lengths = new int[count];
            for (var row = 0; row < count; row++)
            {
                var text = texts[rows[row]];
                lengths[row] = prefix.Length + text.Length;
                Widen(prefix, ids.Slice(row * longest, prefix.Length));
                Widen(text, ids.Slice((row * longest) + prefix.Length, text.Length));
                mask.Slice(row * longest, lengths[row]).Fill(1);
            }

            ct.ThrowIfCancellationRequested();
            using var step = decoder.RunPrompt(count, longest);
            ReadTexts(step, rows, lengths, firstPosition: 0, labels, logProbs, ct);
            start += count;
        }
    }

    private void ScoreBehindPrefix(ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        if (prefixStep is null || !prefix.SequenceEqual(prefixTokens))
        {
            prefixStep?.Dispose();
            prefixStep = null;
            ct.ThrowIfCancellationRequested();
            Widen(prefix, decoder.PrepareIds(1, prefix.Length));
            decoder.PrepareMask(1, prefix.Length).Fill(1);
            prefixStep = decoder.RunPrompt(1, prefix.Length);
            prefixTokens = prefix.ToArray();
        }

        for (var text = 0; text < texts.Count; text++)
        {
            ct.ThrowIfCancellationRequested();
            var length = texts[text].Length;
            Widen(texts[text], decoder.PrepareIds(1, length));
            decoder.PrepareMask(1, prefix.Length + length).Fill(1);
            using var step = decoder.RunBehind(prefixStep, length);
            ReadTexts(step, [text], [prefix.Length + length], firstPosition: prefix.Length, labels, logProbs, ct);
        }
    }

    // The first tokens' scores from the texts' last logits, then the rest of longer labels.
    private void ReadTexts(
        OnnxStep step, ReadOnlySpan<int> texts, int[] lengths, int firstPosition, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        if (nodeScores.Length < texts.Length * labels.NodeCount)
        {
            nodeScores = new double[texts.Length * labels.NodeCount];
        }

        var entries = new List<LabelEntry>();
        for (var row = 0; row < texts.Length; row++)
        {
            nodeScores[row * labels.NodeCount] = 0;
            var entry = new LabelEntry(texts[row], row, Node: 0, row, lengths[row]);
            ReadChildren(step.GetLogits(row, lengths[row] - 1 - firstPosition), labels, entry, logProbs);
            AddChildren(entries, labels, entry, row);
        }

        ScoreLonger(step, entries, labels, logProbs, ct);
    }

    // Depth first, so that only one chunk of keys and values per depth is held.
    private void ScoreLonger(OnnxStep parent, List<LabelEntry> entries, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        for (var start = 0; start < entries.Count;)
        {
            var count = 0;
            var longest = 0;
            while (start + count < entries.Count)
            {
                var grown = Math.Max(longest, entries[start + count].Length);
                if (count > 0 && (count == batchTokens || (count + 1L) * grown * decoder.TokenWidth * pastBuffers.Length > MaxFloats))
                {
                    break;
                }

                longest = grown;
                count++;
            }

            CopyPast(parent, entries, start, count, longest);
            var ids = decoder.PrepareIds(count, 1);
            var mask = decoder.PrepareMask(count, longest + 1);
            mask.Clear();
            for (var row = 0; row < count; row++)
            {
                var entry = entries[start + row];
                ids[row] = labels[entry.Node].Token;
                mask.Slice(row * (longest + 1), entry.Length + 1).Fill(1);
            }

            ct.ThrowIfCancellationRequested();
            using var step = decoder.RunBehind(pastBuffers, count, 1, longest);
            var deeper = new List<LabelEntry>();
            for (var row = 0; row < count; row++)
            {
                var entry = entries[start + row] with { Length = entries[start + row].Length + 1 };
                ReadChildren(step.GetLogits(row, 0), labels, entry, logProbs);
                AddChildren(deeper, labels, entry, row);
            }

            ScoreLonger(step, deeper, labels, logProbs, ct);
            start += count;
        }
    }

    private void CopyPast(OnnxStep parent, List<LabelEntry> entries, int start, int count, int longest)
    {
        var heads = decoder.Config.KeyValueHeads;
        var headSize = decoder.Config.HeadSize;
        for (var i = 0; i < pastBuffers.Length; i++)
        {
            var needed = count * heads * longest * headSize;
            if (pastBuffers[i].Length < needed)
            {
                pastBuffers[i] = GC.AllocateArray<float>(needed, pinned: true);
            }

            var source = parent.Present[i].GetFloats(parent.Batch * heads * parent.Total * headSize);
            var target = pastBuffers[i].AsSpan(0, needed);
            for (var row = 0; row < count; row++)
            {
                var entry = entries[start + row];
                for (var head = 0; head < heads; head++)
                {
                    var from = source.Slice(((entry.ParentRow * heads) + head) * parent.Total * headSize, entry.Length * headSize);
                    from.CopyTo(target[(((row * heads) + head) * longest * headSize)..]);
                }
            }
        }
    }

    private void ReadChildren(ReadOnlySpan<float> logits, LabelTrie labels, LabelEntry entry, Span<float> logProbs)
    {
        var scores = nodeScores.AsSpan(entry.Slot * labels.NodeCount, labels.NodeCount);
        var offset = scores[entry.Node] - LogSoftmax.LogSumExp(logits);
        var child = labels[entry.Node].FirstChild;
        foreach (var node in labels.GetChildren(entry.Node))
        {
            var score = offset + logits[node.Token];
            scores[child++] = score;
            if (node.Label >= 0)
            {
                logProbs[(entry.Text * labels.LabelCount) + node.Label] = (float)score;
            }
        }
    }

    private static void AddChildren(List<LabelEntry> entries, LabelTrie labels, LabelEntry entry, int row)
    {
        var first = labels[entry.Node].FirstChild;
        for (var child = first; child < first + labels[entry.Node].ChildCount; child++)
        {
            if (labels[child].ChildCount > 0)
            {
                entries.Add(entry with { Node = child, ParentRow = row });
            }
        }
    }

    private static void Widen(ReadOnlySpan<int> tokens, Span<long> target)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            target[i] = tokens[i];
        }
    }

    /// <param name="Text">Index of the text.</param>
    /// <param name="Slot">Which row of node scores is the text's.</param>
    /// <param name="Node">The node of the trie.</param>
    /// <param name="ParentRow">The row of the parent's step that holds the keys and values so far.</param>
    /// <param name="Length">Tokens so far.</param>
    private readonly record struct LabelEntry(int Text, int Slot, int Node, int ParentRow, int Length);
}
