using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Distillation;

/// <summary>
/// Learns a teacher's distribution at every supervised token beside the token itself. The teacher reads the very packs that the student
/// reads, left-out tokens included.
/// </summary>
internal sealed class DistillationObjective(LogitDistillationOptions options, DecoderModel student, DecoderModel teacher, SftData data) : IObjective
{
    private readonly SftObjective _rows = new(options, student, data);

    public int RowCount => _rows.RowCount;

    public string Locate(int row) => _rows.Locate(row);

    public void Begin(string fingerprint, Action<string>? message, CancellationToken cancellationToken)
    {
        // The teacher is asked as the packs come: what it says of a row depends on the tokens that are left out.
    }

    public StepLoss Accumulate(int[] rows, double weight, Random random)
    {
        var examples = _rows.Draw(rows, random);
        var supervised = examples.Sum(e => e.Targets.Length);
        var sum = default(DistillationLoss);
        long tokens = 0;
        foreach (var batch in SupervisedBatch.Split(examples, options.PackTokens))
        {
            using var scope = NewDisposeScope();
            var shown = Show(batch);
            var hidden = student.Forward(batch.Pack);
            sum += ChunkedDistillation.Backward(hidden, batch.Positions, batch.Targets, LogitHead.Of(student), shown, LogitHead.Of(teacher), options.Distillation, weight / supervised);
            tokens += batch.Pack.TokenCount;
        }

        return new StepLoss(sum.Combined(options.Distillation) / supervised, tokens);
    }

    /// <summary>The validation rows' combined loss, and the student's accuracy on them.</summary>
    public ValidationScore Evaluate()
    {
        using var guard = no_grad();
        var (loss, supervised) = Measure(data.Valid);
        return new ValidationScore(loss.Combined(options.Distillation) / supervised, _rows.Evaluate().Accuracy);
    }

    /// <summary>Sums over examples, and how many tokens they supervise.</summary>
    internal (DistillationLoss Loss, long Supervised) Measure(IEnumerable<SupervisedExample> examples)
    {
        using var guard = no_grad();
        var sum = default(DistillationLoss);
        long supervised = 0;
        foreach (var batch in SupervisedBatch.Split(examples, options.PackTokens))
        {
            using var scope = NewDisposeScope();
            sum += ChunkedDistillation.Evaluate(student.Forward(batch.Pack), batch.Positions, batch.Targets, LogitHead.Of(student), Show(batch), LogitHead.Of(teacher), options.Distillation);
            supervised += batch.Positions.Length;
        }

        return (sum, supervised);
    }

    private Tensor Show(SupervisedBatch batch)
    {
        using var guard = no_grad();
        return teacher.Forward(batch.Pack);
    }
}
