using SlmEdge.Formats.HuggingFace;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>The rotary embeddings of a model: of its global layers, of those beyond the original context where that makes a difference, and of its local layers.</summary>
internal sealed class RotaryEmbeddings : IDisposable
{
    private readonly int? _switch;
    private readonly RotaryEmbedding _global;
    private readonly RotaryEmbedding? _long;
    private readonly RotaryEmbedding? _local;
    private readonly Func<long, double>? _growth;
    private readonly Device _device;

    public RotaryEmbeddings(DecoderConfig config, Device device)
    {
        _switch = config.RopeScaling?.SwitchLength;
        _global = new RotaryEmbedding(config.GlobalPositions(), device);
        _long = _switch is null ? null : new RotaryEmbedding(config.GlobalPositions(isLong: true), device);
        _growth = config.QueryGrowth();
        _device = device;
        _local = config.LocalRopeTheta is null ? null : new RotaryEmbedding(config.LocalPositions(), device);
    }

    /// <summary>The rows of the given positions, in sequences up to a length.</summary>
    public RotaryTables At(long[] positions, int longest)
    {
        var rows = (longest > _switch ? _long! : _global).At(positions);
        return new RotaryTables(_growth is null ? rows : rows with { QueryGrowth = Growth(positions) }, _local?.At(positions));
    }

    public void Dispose()
    {
        _global.Dispose();
        _long?.Dispose();
        _local?.Dispose();
    }

    private Tensor Growth(long[] positions) => tensor(positions.Select(p => (float)_growth!(p)).ToArray(), new long[] { positions.Length, 1, 1 }, device: _device);
}
