using SlmEdge.Formats.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>Cosines and sines by position (Su et al. 2021, arXiv 2104.09864), made as far as sequences reach.</summary>
internal sealed class RotaryEmbedding(RotaryPositions rotation, Device device) : IDisposable
{
    private Tensor? _cos;
    private Tensor? _sin;

    /// <summary>The rows of the given positions.</summary>
    public RotaryRows At(long[] positions)
    {
        Grow(positions.Max() + 1);
        using var rows = tensor(positions, device: device);
        return new RotaryRows(_cos!.index_select(0, rows), _sin!.index_select(0, rows));
    }

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
    }

    /// <summary>Makes the tables long enough; a model's full context would often be far more than any sequence needs.</summary>
    private void Grow(long length)
    {
        if (_cos is not null && _cos.shape[0] >= length)
        {
            return;
        }

        var rows = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length);
        long[] shape = [rows, 1, rotation.Frequencies.Length];
        Dispose();
        _cos = tensor(rotation.Cosines(rows), shape, device: device).DetachFromDisposeScope();
        _sin = tensor(rotation.Sines(rows), shape, device: device).DetachFromDisposeScope();
    }
}
