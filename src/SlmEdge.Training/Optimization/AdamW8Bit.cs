using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>
/// AdamW whose two moving averages are kept in 8 bits (Dettmers et al. 2022, arXiv 2110.02861): 2.03 bytes a parameter where AdamW needs 8. An update
/// restores a part of them, computes as <see cref="AdamW"/> does in fp32, and rounds them again. Parameters of fewer than 4,096 values keep fp32
/// averages, as in bitsandbytes.
/// </summary>
internal sealed class AdamW8Bit : IOptimizer
{
    private const int SmallestQuantized = 4096;

    /// <summary>Values that are fp32 at a time: whole blocks, 4 MiB.</summary>
    private const long PartLength = 1 << 20;

    private readonly KeyValuePair<string, Tensor>[] _parameters;
    private readonly QuantizedState[] _first;
    private readonly QuantizedState[] _second;
    private readonly double[] _rateFactors;
    private readonly AdamW _small;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _decay;
    private readonly double _epsilon;

    /// <inheritdoc cref="AdamW(IReadOnlyList{KeyValuePair{string, Tensor}}, double, double, double, double, double, Device)"/>
    public AdamW8Bit(
        IReadOnlyList<KeyValuePair<string, Tensor>> parameters,
        double beta1,
        double beta2,
        double decay,
        double epsilon = 1e-8,
        double loraPlusRatio = 1,
        Device? stateDevice = null)
    {
        _parameters = [.. parameters.Where(IsLarge)];
        _first = [.. _parameters.Select(p => State(p.Value, signed: true))];
        _second = [.. _parameters.Select(p => State(p.Value, signed: false))];
        _rateFactors = [.. _parameters.Select(p => AdamW.RateFactor(p.Key, loraPlusRatio))];
        _small = new AdamW([.. parameters.Where(p => !IsLarge(p))], beta1, beta2, decay, epsilon, loraPlusRatio, stateDevice);
        (_beta1, _beta2, _decay, _epsilon) = (beta1, beta2, decay, epsilon);

        QuantizedState State(Tensor parameter, bool signed) => new(parameter.NumberOfElements, signed, parameter.device, stateDevice ?? parameter.device);
    }

    /// <inheritdoc/>
    public long Steps => _small.Steps;

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var guard = no_grad();
        _small.Step(learningRate);
        var correction1 = 1 - Math.Pow(_beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        for (var i = 0; i < _parameters.Length; i++)
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

            var (values, gradients) = (parameter.view(-1), gradient.reshape(-1));
            for (long start = 0; start < parameter.NumberOfElements; start += PartLength)
            {
                using var inner = NewDisposeScope();
                var count = Math.Min(PartLength, parameter.NumberOfElements - start);
                var part = gradients.narrow(0, start, count);
                var first = _first[i].Read(start, count).mul_(_beta1).add_(part, alpha: 1 - _beta1);
                var second = _second[i].Read(start, count).mul_(_beta2).addcmul_(part, part, 1 - _beta2);
                _first[i].Write(start, first);
                _second[i].Write(start, second);
                values.narrow(0, start, count).addcdiv_(first, second.sqrt_().div_(correction2).add_(_epsilon), -rate / correction1);
            }

            parameter.grad = null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        _parameters.SelectMany((p, i) => new[]
        {
            KeyValuePair.Create("optimizer.first.codes." + p.Key, _first[i].Codes),
            KeyValuePair.Create("optimizer.first.scales." + p.Key, _first[i].Scales),
            KeyValuePair.Create("optimizer.second.codes." + p.Key, _second[i].Codes),
            KeyValuePair.Create("optimizer.second.scales." + p.Key, _second[i].Scales),
        }).Concat(_small.State());

    /// <inheritdoc/>
    public void RestoreSteps(long steps) => _small.RestoreSteps(steps);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _first.Concat(_second))
        {
            state.Dispose();
        }

        _small.Dispose();
    }

    private static bool IsLarge(KeyValuePair<string, Tensor> parameter) => parameter.Value.NumberOfElements >= SmallestQuantized;
}
