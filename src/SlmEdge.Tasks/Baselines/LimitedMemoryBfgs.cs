using System.Numerics.Tensors;

namespace SlmEdge.Tasks.Baselines;

/// <summary>
/// L-BFGS (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5) with a bisection line search for the weak Wolfe
/// conditions. Minimises smooth functions of many variables.
/// </summary>
internal static class LimitedMemoryBfgs
{
    /// <summary>Pairs of steps and gradient changes remembered.</summary>
    private const int History = 8;
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;

    public delegate double Objective(ReadOnlySpan<float> point, Span<float> gradient);

    /// <summary>Moves <paramref name="point"/> to a minimum.</summary>
    /// <returns>Number of iterations done and the objective there.</returns>
    public static (int Iterations, double Value) Minimise(
        Objective objective, float[] point, int maxIterations, double gradientTolerance, CancellationToken cancellation = default)
    {
        int n = point.Length;
        var steps = new List<(float[] Step, float[] Change, double Rho)>();
        var gradient = new float[n];
        var nextPoint = new float[n];
        var nextGradient = new float[n];
        var direction = new float[n];
        double value = objective(point, gradient);
        int iteration = 0;
        for (; iteration < maxIterations && TensorPrimitives.MaxMagnitude<float>(gradient) is float largest && Math.Abs(largest) > gradientTolerance; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Direct(gradient, steps, direction);
            double slope = TensorPrimitives.Dot<float>(gradient, direction);
            if (!(slope < 0))
            {
                // Rounding has spoilt the curvature information: start again from steepest descent.
                steps.Clear();
                Direct(gradient, steps, direction);
                slope = TensorPrimitives.Dot<float>(gradient, direction);
            }

            // Without curvature information the gradient's own scale says nothing about how far to go: start with length 1.
            double length = steps.Count > 0 ? 1 : 1 / Math.Max(1e-12, TensorPrimitives.Norm<float>(gradient));
            double low = 0;
            double high = double.PositiveInfinity;
            double nextValue = double.NaN;
            bool moved = false;
            for (int trial = 0; trial < 30; trial++)
            {
                TensorPrimitives.MultiplyAdd(direction, (float)length, point, nextPoint);
                nextValue = objective(nextPoint, nextGradient);
                if (!(nextValue <= value + (SufficientDecrease * length * slope)))
                {
                    high = length;
                }
                else if (TensorPrimitives.Dot<float>(nextGradient, direction) < Curvature * slope)
                {
                    low = length;
                }
                else
                {
                    moved = true;
                    break;
                }

                length = double.IsPositiveInfinity(high) ? 2 * length : (low + high) / 2;
            }

            if (!moved)
            {
                // Single precision cannot tell this point from a better one.
                break;
            }

            (float[] Step, float[] Change, double Rho) pair = steps.Count == History ? steps[0] : (new float[n], new float[n], 0);
            if (steps.Count == History)
            {
                steps.RemoveAt(0);
            }

            TensorPrimitives.Subtract(nextPoint, point, pair.Step);
            TensorPrimitives.Subtract(nextGradient, gradient, pair.Change);
            double product = TensorPrimitives.Dot<float>(pair.Step, pair.Change);
            if (product > 0)
            {
                steps.Add((pair.Step, pair.Change, 1 / product));
            }

            nextPoint.CopyTo(point, 0);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = nextValue;
        }

        return (iteration, value);
    }

    /// <summary>The two-loop recursion: direction = −H·gradient.</summary>
    private static void Direct(float[] gradient, List<(float[] Step, float[] Change, double Rho)> steps, float[] direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        Span<double> alpha = stackalloc double[History];
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            alpha[i] = steps[i].Rho * TensorPrimitives.Dot<float>(steps[i].Step, direction);
            TensorPrimitives.MultiplyAdd(steps[i].Change, (float)-alpha[i], direction, direction);
        }

        if (steps.Count > 0)
        {
            float[] change = steps[^1].Change;
            float scale = (float)(1 / (steps[^1].Rho * TensorPrimitives.Dot<float>(change, change)));
            TensorPrimitives.Multiply(direction, scale, direction);
        }

        for (int i = 0; i < steps.Count; i++)
        {
            double beta = steps[i].Rho * TensorPrimitives.Dot<float>(steps[i].Change, direction);
            TensorPrimitives.MultiplyAdd(steps[i].Step, (float)(alpha[i] - beta), direction, direction);
        }
    }
}
