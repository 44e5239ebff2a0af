using SlmEdge.Training.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Losses;

/// <summary>
/// The loss of logit distillation, a few hundred supervised rows at a time:
/// <c>(1 − w) · CE(student) + w · T² · KL(teacher_T ‖ student_T)</c>, where <c>_T</c> is the softmax of the logits over T
/// (Hinton, Vinyals and Dean 2015, arXiv 1503.02531; T² keeps the gradient's size when T changes). Loss and gradient of a chunk are computed
/// together, so neither of the two <c>[tokens, vocabulary]</c> matrices ever exists whole.
/// </summary>
internal static class ChunkedDistillation
{
    /// <summary>Most rows per chunk.</summary>
    private const int ChunkRows = 256;

    /// <summary>Most logits per chunk of one model: 32 MiB of fp32; about six such matrices are alive at once.</summary>
    private const long ChunkLogits = 1 << 23;

    /// <summary>
    /// Sums over the rows; back-propagates the combined loss times <paramref name="weight"/> through <paramref name="hidden"/> and, when it is
    /// trainable, into the student's head.
    /// </summary>
    /// <param name="hidden">The student's final states, <c>[tokens, hidden]</c>, with their graph.</param>
    /// <param name="positions">Rows that are supervised.</param>
    /// <param name="targets">The next token at each of them.</param>
    /// <param name="student">The student's head.</param>
    /// <param name="shown">The teacher's final states at the same tokens, <c>[tokens, hidden of the teacher]</c>.</param>
    /// <param name="teacher">The teacher's head; tokens beyond the shorter of the two vocabularies are padding and do not count.</param>
    /// <param name="settings">Temperature, weight and truncation.</param>
    /// <param name="weight">Factor on the gradient, for example 1 / supervised tokens in the step.</param>
    public static DistillationLoss Backward(
        Tensor hidden, long[] positions, long[] targets, LogitHead student, Tensor shown, LogitHead teacher, DistillationSettings settings, double weight)
    {
        using var scope = NewDisposeScope();
        var total = default(DistillationLoss);
        Tensor gradient;
        using (no_grad())
        {
            var rows = hidden.detach();
            var head = student.Matrix.detach();
            gradient = zeros_like(rows);
            var headGradient = student.Matrix.requires_grad ? zeros_like(head) : null;
            foreach (var (start, count) in Chunks(positions.Length, head))
            {
                using var chunkScope = NewDisposeScope();
                var chunk = Chunk.Compute(rows, positions, targets, student with { Matrix = head }, shown, teacher, settings, start, count);
                total += chunk.Loss;
                var difference = chunk.Gradient(settings, student.Softcap).mul_(weight);
                gradient.index_add_(0, chunk.Index, OutputHead.InputGradient(difference, head), 1);
                headGradient?.addmm_(difference.t(), chunk.Rows, 1, 1);
            }

            if (headGradient is not null)
            {
                ChunkedCrossEntropy.AccumulateGradient(student.Matrix, headGradient);
            }
        }

        hidden.backward(new[] { gradient });
        return total;
    }

    /// <summary>The same sums, without gradients.</summary>
    public static DistillationLoss Evaluate(
        Tensor hidden, long[] positions, long[] targets, LogitHead student, Tensor shown, LogitHead teacher, DistillationSettings settings)
    {
        using var guard = no_grad();
        var total = default(DistillationLoss);
        foreach (var (start, count) in Chunks(positions.Length, student.Matrix))
        {
            using var scope = NewDisposeScope();
            total += Chunk.Compute(hidden, positions, targets, student, shown, teacher, settings, start, count).Loss;
        }

        return total;
    }

    private static IEnumerable<(int Start, int Count)> Chunks(int rows, Tensor head)
    {
        var most = (int)Math.Clamp(ChunkLogits / head.shape[0], 16, ChunkRows);
        for (var start = 0; start < rows; start += most)
        {
            yield return (start, Math.Min(most, rows - start));
        }
    }

    /// <summary>What some rows give: the sums, and what the gradient of their logits is made of.</summary>
    private sealed record Chunk(Tensor Index, Tensor Target, Tensor Rows, Tensor Logits, Tensor Tempered, Tensor Shares, DistillationLoss Loss)
    {
        public static Chunk Compute(
            Tensor hidden, long[] positions, long[] targets, LogitHead student, Tensor shown, LogitHead teacher, DistillationSettings settings, int start, int count)
        {
            var index = tensor(positions.AsSpan(start, count).ToArray(), device: hidden.device);
            var target = tensor(targets.AsSpan(start, count).ToArray(), device: hidden.device).unsqueeze(1);
            var rows = hidden.index_select(0, index);
            var logits = student.Logits(rows);
            var common = Math.Min(student.Matrix.shape[0], teacher.Matrix.shape[0]);
            var teacherLogits = (teacher with { Matrix = teacher.Matrix.narrow(0, 0, common) }).Logits(shown.index_select(0, index)).div_(settings.Temperature);
            if (settings.TopK > 0 && settings.TopK < common)
            {
                // The rest of the teacher's distribution is dropped and what is kept is renormalised.
                var (kept, at) = teacherLogits.topk(settings.TopK, -1);
                teacherLogits = full_like(teacherLogits, double.NegativeInfinity).scatter_(1, at, kept);
            }

            var logShares = teacherLogits.log_softmax(-1);
            var shares = logShares.exp();
            var tempered = logits.narrow(1, 0, common).div(settings.Temperature).log_softmax(-1);
            var crossEntropy = (logits.logsumexp(-1, keepdim: true) - logits.gather(1, target)).sum().ToDouble();

            // Where the teacher's share is nothing its logarithm is infinite, and nothing times infinity counts as nothing.
            var divergence = logShares.clamp_min_(-1e30).sub_(tempered).mul_(shares).sum().ToDouble();
            return new Chunk(index, target, rows, logits, tempered, shares, new DistillationLoss(crossEntropy, divergence));
        }

        /// <summary>Gradient of the combined loss with respect to the student's products with its head, <c>[rows, vocabulary]</c>.</summary>
        public Tensor Gradient(DistillationSettings settings, double? softcap)
        {
            var gradient = Logits.softmax(-1);
            gradient.scatter_add_(1, Target, full_like(Target, -1, dtype: gradient.dtype));
            gradient.mul_(1 - settings.Weight);

            // d/dz of T² · KL is T · (student_T − teacher_T).
            gradient.narrow(1, 0, Tempered.shape[1]).add_(Tempered.exp_().sub_(Shares).mul_(settings.Weight * settings.Temperature));

            // z = c · tanh(product / c), so dz is 1 − (z / c)².
            return softcap is { } bound ? gradient.mul_(Logits.div_(bound).square().neg_().add_(1)) : gradient;
        }
    }
}
