using System.Numerics.Tensors;

namespace SlmEdge.Tasks.Baselines;

/// <summary>
/// The objective of multinomial logistic regression over sparse rows: mean cross-entropy plus ‖W‖² / (2·C·n), the bias not penalised.
/// Parameters: W [features, labels] row-major, then the bias [labels].
/// </summary>
internal sealed class SoftmaxObjective
{
    private readonly SparseRows _rows;
    private readonly int[] _labels;
    private readonly int _labelCount;
    private readonly float _penalty;

    public SoftmaxObjective(SparseRows rows, int[] labels, int labelCount, double c)
    {
        _rows = rows;
        _labels = labels;
        _labelCount = labelCount;
        _penalty = (float)(1 / (c * rows.RowCount));
    }

    public int ParameterCount => checked((_rows.ColumnCount + 1) * _labelCount);

    /// <summary>Returns the objective and writes its gradient.</summary>
    public double Evaluate(ReadOnlySpan<float> parameters, Span<float> gradient)
    {
        int weights = _rows.ColumnCount * _labelCount;
        TensorPrimitives.Multiply(parameters[..weights], _penalty, gradient[..weights]);
        gradient[weights..].Clear();
        double loss = 0.5 * TensorPrimitives.Dot(parameters[..weights], gradient[..weights]);
        float share = 1f / _rows.RowCount;
        var scores = new float[_labelCount];
        Span<float> biasGradient = gradient[weights..];
        for (int row = 0; row < _rows.RowCount; row++)
        {
            Scores(_rows, row, parameters, _labelCount, scores);
            float max = TensorPrimitives.Max<float>(scores);
            float own = scores[_labels[row]] - max;
            TensorPrimitives.Subtract(scores, max, scores);
            TensorPrimitives.Exp(scores, scores);
            float sum = TensorPrimitives.Sum<float>(scores);
            loss += (Math.Log(sum) - own) * share;
            TensorPrimitives.Multiply(scores, share / sum, scores);
            scores[_labels[row]] -= share;
            for (int i = _rows.Starts[row]; i < _rows.Starts[row + 1]; i++)
            {
                Span<float> target = gradient.Slice(_rows.Columns[i] * _labelCount, _labelCount);
                TensorPrimitives.MultiplyAdd(scores, _rows.Values[i], target, target);
            }

            TensorPrimitives.Add(biasGradient, scores, biasGradient);
        }

        return loss;
    }

    /// <summary>The unnormalised scores of one row.</summary>
    public static void Scores(SparseRows rows, int row, ReadOnlySpan<float> parameters, int labelCount, Span<float> scores)
    {
        parameters[(rows.ColumnCount * labelCount)..].CopyTo(scores);
        for (int i = rows.Starts[row]; i < rows.Starts[row + 1]; i++)
        {
            TensorPrimitives.MultiplyAdd(parameters.Slice(rows.Columns[i] * labelCount, labelCount), rows.Values[i], scores, scores);
        }
    }
}
