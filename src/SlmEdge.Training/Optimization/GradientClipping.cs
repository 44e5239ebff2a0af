using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>Clipping by the norm of all gradients together (Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063).</summary>
internal static class GradientClipping
{
    /// <summary>Scales every gradient down so that their common norm does not exceed the limit (0: no limit). Returns the norm as it was.</summary>
    public static double Apply(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double limit)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        double squares = 0;
        foreach (var (_, parameter) in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                squares += gradient.square().sum(ScalarType.Float64).ToDouble();
            }
        }

        var norm = Math.Sqrt(squares);
        if (limit > 0 && norm > limit)
        {
            foreach (var (_, parameter) in parameters)
            {
                parameter.grad?.mul_(limit / norm);
            }
        }

        return norm;
    }
}
