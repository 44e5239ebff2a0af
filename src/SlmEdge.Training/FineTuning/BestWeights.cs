using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>A copy of the trainable parameters at their best evaluation.</summary>
internal sealed class BestWeights(IReadOnlyList<KeyValuePair<string, Tensor>> parameters) : IDisposable
{
    private readonly Tensor[] _copies = [.. parameters.Select(p => p.Value.detach().clone().DetachFromDisposeScope())];

    public void Keep(IReadOnlyList<KeyValuePair<string, Tensor>> current)
    {
        using var guard = no_grad();
        for (var i = 0; i < _copies.Length; i++)
        {
            _copies[i].copy_(current[i].Value);
        }
    }

    public void Restore(IReadOnlyList<KeyValuePair<string, Tensor>> target)
    {
        using var guard = no_grad();
        for (var i = 0; i < _copies.Length; i++)
        {
            target[i].Value.copy_(_copies[i]);
        }
    }

    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        parameters.Select((p, i) => KeyValuePair.Create("best." + p.Key, _copies[i]));

    public void Dispose()
    {
        foreach (var copy in _copies)
        {
            copy.Dispose();
        }
    }
}
