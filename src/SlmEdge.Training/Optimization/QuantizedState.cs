using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>
/// A moving average in 8 bits: blocks of 256 values, each divided by its largest magnitude and rounded to the nearest of
/// <see cref="DynamicQuantization"/>'s levels. Read and written in parts, so that a whole fp32 copy never exists.
/// </summary>
internal sealed class QuantizedState : IDisposable
{
    /// <summary>Values that share a scale, as in bitsandbytes.</summary>
    public const int BlockSize = 256;

    private readonly Tensor _levels;
    private readonly Tensor _middles;

    /// <param name="count">Number of values, all zero at first.</param>
    /// <param name="signed">Whether there are negative ones.</param>
    /// <param name="computeDevice">Where parts are read to.</param>
    /// <param name="stateDevice">Where codes and scales lie.</param>
    public QuantizedState(long count, bool signed, Device computeDevice, Device stateDevice)
    {
        using var scope = NewDisposeScope();
        var levels = DynamicQuantization.Levels(signed);
        float[] middles = [.. levels.Zip(levels.Skip(1), (low, high) => (low + high) / 2)];
        _levels = tensor(levels, device: computeDevice).DetachFromDisposeScope();
        _middles = tensor(middles, device: computeDevice).DetachFromDisposeScope();
        Codes = full(new[] { count }, Array.IndexOf(levels, 0f), dtype: ScalarType.Byte, device: stateDevice).DetachFromDisposeScope();
        Scales = zeros(new[] { (count + BlockSize - 1) / BlockSize }, device: stateDevice).DetachFromDisposeScope();
    }

    /// <summary>One byte a value.</summary>
    public Tensor Codes { get; }

    /// <summary>The largest magnitude of each block.</summary>
    public Tensor Scales { get; }

    /// <summary>Restores values; the part begins at a block's first.</summary>
    public Tensor Read(long first, long count)
    {
        using var scope = NewDisposeScope();
        var values = _levels.index_select(0, Codes.narrow(0, first, count).to(_levels.device).to(ScalarType.Int32));
        return values.mul_(PerValue(ScalesOf(first, count).to(_levels.device), count)).MoveToOuterDisposeScope();
    }

    /// <summary>Stores values; the part begins at a block's first and ends with a block or with the last value.</summary>
    public void Write(long first, Tensor values)
    {
        using var scope = NewDisposeScope();
        var count = values.shape[0];
        var scales = BlockMaxima(values);
        ScalesOf(first, count).copy_(scales);

        // A block of zeros has the scale zero; what it is divided by does not matter.
        var scaled = values / PerValue(scales.clamp_min(1e-38), count);
        Codes.narrow(0, first, count).copy_(scaled.bucketize(_middles, outInt32: true).to(ScalarType.Byte));
    }

    public void Dispose()
    {
        Codes.Dispose();
        Scales.Dispose();
        _levels.Dispose();
        _middles.Dispose();
    }

    private static Tensor PerValue(Tensor scales, long count) => scales.unsqueeze(1).expand(scales.shape[0], BlockSize).reshape(-1).narrow(0, 0, count);

    private static Tensor BlockMaxima(Tensor values)
    {
        var missing = (BlockSize - (values.shape[0] % BlockSize)) % BlockSize;
        var whole = missing == 0 ? values : cat(new[] { values, zeros(missing, device: values.device) });
        return whole.view(-1, BlockSize).abs().amax([1]);
    }

    private Tensor ScalesOf(long first, long count) => Scales.narrow(0, first / BlockSize, (count + BlockSize - 1) / BlockSize);
}
