using SlmEdge.Engines.Scoring;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.LlamaCpp.Evaluation;

/// <summary>
/// Scores the labels of many texts: texts are batched behind the shared prefix, longer labels continue on sequences
/// forked from their text, again batched.
/// </summary>
internal sealed class LabelScorer
{
    private readonly LlamaEvaluator evaluator;
    private readonly int maxTexts;
    private readonly int[] lastTokens;
    private readonly List<(int Slot, LabelPart Part)> waiting = [];
    private double[] nodeScores = [];

    internal LabelScorer(LlamaEvaluator evaluator, int maxTexts)
    {
        this.evaluator = evaluator;
        this.maxTexts = maxTexts;
        lastTokens = new int[maxTexts];
    }

    /// <summary>Fills <c>[texts, labels]</c>; the lengths have been checked.</summary>
    internal void Score(ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, LabelTrie labels, Span<float> logProbs, CancellationToken ct)
    {
        evaluator.KeepPrefix(prefix, ct);

        // Half of the sequences at most hold texts when labels need sequences too.
        var slots = Math.Min(labels.SingleToken ? evaluator.SequenceLimit - 1 : evaluator.SequenceLimit / 2, Math.Min(maxTexts, evaluator.MaxOutputs));
        var firstLabelSequence = 1 + slots;
        var parts = LabelPlan.Create(
            labels,
            Math.Max(1, evaluator.SequenceLimit - firstLabelSequence),
            Math.Min(evaluator.Batch.Capacity, evaluator.MaxOutputs));
        if (nodeScores.Length < slots * labels.NodeCount)
        {
            nodeScores = new double[slots * labels.NodeCount];
        }

        for (var start = 0; start < texts.Count;)
        {
            var count = 1;
            var tokens = texts[start].Length;
            while (count < slots && start + count < texts.Count && tokens + texts[start + count].Length <= evaluator.Batch.Capacity)
            {
                tokens += texts[start + count].Length;
                count++;
            }

            var rows = logProbs.Slice(start * labels.LabelCount, count * labels.LabelCount);
            EvaluateTexts(texts, start, count, prefix.Length, labels, rows, ct);
            EvaluateLabels(texts, start, count, prefix.Length, labels, parts, firstLabelSequence, rows, ct);
            for (var slot = 0; slot < count; slot++)
            {
                evaluator.RemoveSequence(1 + slot);
            }

            start += count;
        }
    }

    private void EvaluateTexts(
        IReadOnlyList<int[]> texts, int start, int count, int prefixLength, LabelTrie labels, Span<float> rows, CancellationToken ct)
    {
        for (var slot = 0; slot < count; slot++)
        {
            if (prefixLength > 0)
            {
                evaluator.CopySequence(LlamaEvaluator.PrefixSequence, 1 + slot);
            }

            // Only a text that is alone in its batch can be longer than the batch, so no output of another is lost here.
            lastTokens[slot] = evaluator.Append(texts[start + slot], prefixLength, 1 + slot, outputLast: true, ct);
        }

        evaluator.Evaluate(ct);
        for (var slot = 0; slot < count; slot++)
        {
            nodeScores[slot * labels.NodeCount] = 0;
            ReadChildren(lastTokens[slot], labels, node: 0, slot, rows);
        }
    }

    private void EvaluateLabels(
        IReadOnlyList<int[]> texts,
        int start,
        int count,
        int prefixLength,
        LabelTrie labels,
        LabelPart[] parts,
        int firstSequence,
        Span<float> rows,
        CancellationToken ct)
    {
        var sequence = firstSequence;
        waiting.Clear();
        for (var slot = 0; slot < count; slot++)
        {
            var position = prefixLength + texts[start + slot].Length;
            foreach (var part in parts)
            {
                if (part.Nodes.Length > evaluator.Batch.Free
                    || evaluator.Batch.OutputCount + part.Nodes.Length > evaluator.MaxOutputs
                    || sequence + part.PathCount > evaluator.SequenceLimit)
                {
                    EvaluateWaiting(labels, rows, firstSequence, sequence, ct);
                    sequence = firstSequence;
                }

                for (var path = 0; path < part.PathCount; path++)
                {
                    evaluator.CopySequence(1 + slot, sequence + path);
                }

                foreach (var node in part.Nodes)
                {
                    evaluator.Batch.Add(
                        labels[node.Node].Token,
                        position + labels[node.Node].Depth - 1,
                        sequence + node.FirstPath,
                        node.PathCount,
                        output: true);
                }

                waiting.Add((slot, part));
                sequence += part.PathCount;
            }
        }

        EvaluateWaiting(labels, rows, firstSequence, sequence, ct);
    }

    private void EvaluateWaiting(LabelTrie labels, Span<float> rows, int firstSequence, int endSequence, CancellationToken ct)
    {
        if (waiting.Count == 0)
        {
            return;
        }

        evaluator.Evaluate(ct);
        var index = 0;
        foreach (var (slot, part) in waiting)
        {
            foreach (var node in part.Nodes)
            {
                ReadChildren(index++, labels, node.Node, slot, rows);
            }
        }

        for (var sequence = firstSequence; sequence < endSequence; sequence++)
        {
            evaluator.RemoveSequence(sequence);
        }

        waiting.Clear();
    }

    // The children's scores from the logits at their parent; where a label ends, its score.
    private void ReadChildren(int outputToken, LabelTrie labels, int node, int slot, Span<float> rows)
    {
        var logits = evaluator.GetLogits(outputToken);
        var scores = nodeScores.AsSpan(slot * labels.NodeCount, labels.NodeCount);
        var offset = scores[node] - LogSoftmax.LogSumExp(logits);
        var first = labels[node].FirstChild;
        foreach (var child in labels.GetChildren(node))
        {
            var score = offset + logits[child.Token];
            scores[first++] = score;
            if (child.Label >= 0)
            {
                rows[(slot * labels.LabelCount) + child.Label] = (float)score;
            }
        }
    }
}
