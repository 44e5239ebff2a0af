using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101): Adam with bias correction and decoupled weight decay.
/// Decay applies to matrices only; norms and other vectors are left alone, as is usual for language models.
/// </summary>
internal sealed class AdamW : IOptimizer
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _parameters;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly double _decay;
    private readonly double[] _rateFactors;

    /// <param name="parameters">Parameters by name.</param>
    /// <param name="beta1">Memory of the mean.</param>
    /// <param name="beta2">Memory of the squares.</param>
    /// <param name="decay">Weight decay of the matrices.</param>
    /// <param name="epsilon">Added to the denominator.</param>
    /// <param name="loraPlusRatio">Learning rate of the adapters' B factors over that of everything else (LoRA+, Hayou et al. 2024, arXiv 2402.12354).</param>
    /// <param name="stateDevice">Where the averages lie between steps; null is beside each parameter.</param>
    public AdamW(
        IReadOnlyList<KeyValuePair<string, Tensor>> parameters,
        double beta1,
        double beta2,
        double decay,
        double epsilon = 1e-8,
        double loraPlusRatio = 1,
        Device? stateDevice = null)
    {
        _rateFactors = [.. parameters.Select(p => RateFactor(p.Key, loraPlusRatio))];
        _parameters = parameters;
        _beta1 = beta1;
        _beta2 = beta2;
        _decay = decay;
        _epsilon = epsilon;
        _first = [.. parameters.Select(p => OffloadedState.Zeros(p.Value, stateDevice))];
        _second = [.. parameters.Select(p => OffloadedState.Zeros(p.Value, stateDevice))];
    }

    /// <inheritdoc/>
    public long Steps { get; private set; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var guard = no_grad();
        Steps++;
        var correction1 = 1 - Math.Pow(_beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        for (var i = 0; i < _parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            var parameter = _parameters[i].Value;
            var rate = learningRate * _rateFactors[i];
            if (parameter.grad is not { } gradient)
            {
                continue;
            }

            if (_decay > 0 && parameter.ndim > 1)
            {
                parameter.mul_(1 - (rate * _decay));
            }

            using var first = OffloadedState.Fetch(_first[i], parameter.device);
            using var second = OffloadedState.Fetch(_second[i], parameter.device);
            first.Value.mul_(_beta1).add_(gradient, alpha: 1 - _beta1);
            second.Value.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
            var denominator = second.Value.sqrt().div_(correction2).add_(_epsilon);
            parameter.addcdiv_(first.Value, denominator, -rate / correction1);
            parameter.grad = null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        _parameters.SelectMany((p, i) => new[]
        {
            KeyValuePair.Create("optimizer.first." + p.Key, _first[i]),
            KeyValuePair.Create("optimizer.second." + p.Key, _second[i]),
        });

    internal static double RateFactor(string name, double loraPlusRatio) => name.EndsWith(".lora_B.weight", StringComparison.Ordinal) ? loraPlusRatio : 1;

    /// <inheritdoc/>
    public void RestoreSteps(long steps) => Steps = steps;

    public void Dispose()
    {
        foreach (var tensor in _first.Concat(_second))
        {
            tensor.Dispose();
        }
    }
}
