using SlmEdge.Formats.Families;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// The cosines and sines by position that GroupQueryAttention rotates with, <c>[positions, rotaryDim / 2]</c>: of the layers that see everything, and of those
/// that keep to a window where they have their own.
/// </summary>
internal sealed class OnnxRotaryCaches
{
    private readonly (string Cos, string Sin) _global;
    private readonly (string Cos, string Sin)? _local;

    /// <param name="parts">The model.</param>
    /// <param name="total">Name of the longest length of the batch, int64 scalar.</param>
    public OnnxRotaryCaches(OnnxParts parts, string total)
    {
        var config = parts.Config;
        RotaryPositions rotation = config.GlobalPositions();
        _global = config.RopeScaling?.SwitchLength is { } original && original < config.ContextLength
            ? AddSwitched(parts, total, original)
            : (Add(parts, "cos_cache", config.ContextLength, rotation.Cosines), Add(parts, "sin_cache", config.ContextLength, rotation.Sines));
        if (config.LocalRopeTheta is not null)
        {
            RotaryPositions local = config.LocalPositions();
            _local = (Add(parts, "cos_cache_local", config.ContextLength, local.Cosines), Add(parts, "sin_cache_local", config.ContextLength, local.Sines));
        }
    }

    /// <summary>The caches of a layer.</summary>
    public (string Cos, string Sin) Of(bool isLocal) => isLocal ? _local!.Value : _global;

    /// <summary>
    /// The rows of sequences within the original context and behind them those of longer ones; each run takes as many rows from the one or the other as its longest
    /// sequence has tokens.
    /// </summary>
    private static (string Cos, string Sin) AddSwitched(OnnxParts parts, string total, int original)
    {
        const string Base = "/model/rotemb_caches_subgraph";
        OnnxGraphBuilder graph = parts.Graph;
        RotaryPositions within = parts.Config.GlobalPositions();
        RotaryPositions beyond = parts.Config.GlobalPositions(isLong: true);
        int rows = parts.Config.ContextLength;
        string limit = graph.AddInitializer(Base + "/original_context", [], new long[] { original });
        string axis = graph.AddInitializer(Base + "/axis", [1], new long[] { 0 });
        string isLong = graph.AddNode("Greater", [total, limit], [Base + "/Greater/output_0"], name: Base + "/Greater");
        string one = graph.AddNode("Cast", [isLong], [Base + "/Cast/output_0"], name: Base + "/Cast", attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Int64)]);
        string start = graph.AddNode("Mul", [one, limit], [Base + "/Mul/output_0"], name: Base + "/Mul");
        string end = graph.AddNode("Add", [start, total], [Base + "/Add/output_0"], name: Base + "/Add");
        string starts = graph.AddNode("Unsqueeze", [start, axis], [Base + "/Unsqueeze_1/output_0"], name: Base + "/Unsqueeze_1");
        string ends = graph.AddNode("Unsqueeze", [end, axis], [Base + "/Unsqueeze_2/output_0"], name: Base + "/Unsqueeze_2");
        return (Slice("cos_cache", position => [.. within.Cosines(original), .. beyond.Cosines(position)]),
            Slice("sin_cache", position => [.. within.Sines(original), .. beyond.Sines(position)]));

        string Slice(string name, Func<int, float[]> values)
        {
            string both = graph.AddInitializer(name, OnnxDataType.Float, [original + rows, within.Frequencies.Length], stream => OnnxMatrices.WriteFloats(stream, values(rows)));
            return graph.AddNode("Slice", [both, starts, ends, axis], [$"{Base}/{name}/output_0"], name: $"{Base}/{name}");
        }
    }

    private static string Add(OnnxParts parts, string name, int positions, Func<int, float[]> values) =>
        parts.Graph.AddInitializer(
            name, OnnxDataType.Float, [positions, parts.Config.RotaryDim / 2], stream => OnnxMatrices.WriteFloats(stream, values(positions)));
}
