using SlmEdge.Formats.JsonLines;
using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>Supervised fine-tuning: the mean negative log-likelihood of the supervised tokens.</summary>
internal sealed class SftObjective : IObjective
{
    private readonly SftOptions _options;
    private readonly DecoderModel _model;
    private readonly SftData _data;

    /// <exception cref="DataFormatException">A row supervises nothing.</exception>
    public SftObjective(SftOptions options, DecoderModel model, SftData data)
    {
        (_options, _model, _data) = (options, model, data);
        if (data.Train.Concat(data.Valid).FirstOrDefault(e => e.Targets.Length == 0) is { } silent)
        {
            throw new DataFormatException(silent.File, silent.Row, "every token of the row is masked, so there is nothing to learn from it; remove the row");
        }
    }

    public int RowCount => _data.Train.Length;

    public string Locate(int row) => $"{Path.GetFileName(_data.Train[row].File)}:{_data.Train[row].Row}";

    public void Begin(string fingerprint, Action<string>? message, CancellationToken cancellationToken)
    {
        // The loss depends on nothing but the weights as they are.
    }

    public StepLoss Accumulate(int[] rows, double weight, Random random) =>
        TokenLoss.Accumulate(_model, Draw(rows, random), _options.PackTokens, weight);

    /// <summary>The examples of some rows as this step sees them.</summary>
    internal SupervisedExample[] Draw(int[] rows, Random random)
    {
        IEnumerable<SupervisedExample> examples = rows.Select(r => _data.Train[r]);
        if (_options.EffectiveTokenDropout > 0)
        {
            examples = examples.Select(e => e.WithTokenDropout(_options.EffectiveTokenDropout, random));
        }

        return [.. examples];
    }

    public ValidationScore Evaluate()
    {
        using var guard = no_grad();
        double sum = 0;
        long supervised = 0;
        var right = 0;
        foreach (var batch in SupervisedBatch.Split(_data.Valid.OrderBy(e => e.Tokens.Length), _options.PackTokens))
        {
            using var scope = NewDisposeScope();
            var hidden = _model.Forward(batch.Pack);
            sum += ChunkedCrossEntropy.Evaluate(hidden, batch.Positions, batch.Targets, _model.Head, _model.Config.LogitSoftcap);
            supervised += batch.Positions.Length;
            if (_data.LabelTokens is { } labels)
            {
                var rows = hidden.index_select(0, tensor(batch.Positions, device: _model.Device));
                var head = _model.Head.index_select(0, tensor(labels, device: _model.Device)).to(ScalarType.Float32);
                var decided = nn.functional.linear(rows, head).argmax(-1).cpu().data<long>();
                right += batch.Examples.Where((e, i) => decided[i] == e.Label).Count();
            }
        }

        return new ValidationScore(sum / supervised, _data.LabelTokens is null ? null : (double)right / _data.Valid.Length);
    }
}
