using System.Numerics.Tensors;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Export.Weights;

/// <summary>
/// Base weights with a LoRA adapter added: <c>W + scale · B · A</c> (Hu et al. 2021, arXiv 2106.09685), in single precision; with DoRA each row
/// of it is brought to its learned length (Liu et al. 2024, arXiv 2402.09353).
/// </summary>
internal sealed class MergedWeights(ModelWeights weights, LoraFactors lora) : ModelWeights(weights.Directory, weights.Config)
{
    internal override GgufFile? Source => weights.Source;

    public override float[] Read(string name)
    {
        float[] values = weights.Read(name);
        if (lora.Find(name) is { } factors)
        {
            Add(values, factors);
        }

        return values;
    }

    private protected override void Dispose(bool disposing) => weights.Dispose();

    private static void Add(float[] values, LoraPair pair)
    {
        (int rank, int columns) = (pair.Rank, pair.Columns);
        Parallel.For(0, pair.Rows, row =>
        {
            // The sum of the update is formed first and added to the weight once: adding rank small terms one by one
            // to a large weight would round rank times.
            float[] update = new float[columns];
            for (int r = 0; r < rank; r++)
            {
                TensorPrimitives.MultiplyAdd(pair.A.AsSpan(r * columns, columns), pair.B[(row * rank) + r], update, update);
            }

            Span<float> target = values.AsSpan(row * columns, columns);
            TensorPrimitives.MultiplyAdd(update, pair.Scale, target, target);
            if (pair.Magnitude is { } magnitude)
            {
                TensorPrimitives.Multiply(target, magnitude[row] / TensorPrimitives.Norm<float>(target), target);
            }
        });
    }
}
