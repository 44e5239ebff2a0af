namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>
/// Weights in blocks: levels <c>[rows, blocks, block_size · bits / 8]</c>, scales <c>[rows, blocks]</c>, zero points <c>[rows, ⌈blocks · bits / 8⌉]</c> (ONNX
/// Runtime's MatMulNBits; it packs the levels by these numbers when it loads a model, before it looks at the shapes).
/// </summary>
internal sealed class OnnxBlockWeightCheck(OnnxOperatorCheck graph)
{
    public void CheckProduct(OnnxNode node)
    {
        (long bits, long size) = Blocks(node);
        long rows = OnnxOperatorCheck.Integer(node, "N", 0);
        long blocks = (OnnxOperatorCheck.Integer(node, "K", 0) + size - 1) / size;
        if (graph.Constant(node.Inputs[1]) is not { Type: OnnxDataType.UInt8 } levels || !levels.Shape.SequenceEqual([rows, blocks, size * bits / 8]))
        {
            throw graph.Wrong(node, $"has to have a constant of bytes [{rows}, {blocks}, {size * bits / 8}] as its weight, as K, N, bits and block_size state");
        }

        CheckScales(node, rows, blocks, bits);
    }

    public void CheckLookup(OnnxNode node)
    {
        (long bits, long size) = Blocks(node);

        // The exporter stores the levels once for lookup and head, and joins a row's blocks by a Reshape.
        OnnxNode? join = graph.Maker(node.Inputs[0]) is { OpType: "Reshape" } reshape ? reshape : null;
        OnnxTensor? levels = graph.Constant(join is null ? node.Inputs[0] : join.Inputs[0]);
        IReadOnlyList<long>? shape = join is null ? levels?.Shape : graph.Integers(join.Inputs[1]);
        if (levels is not { Type: OnnxDataType.UInt8 } || shape is not [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue] || levels.ByteLength != shape[0] * shape[1])
        {
            throw graph.Wrong(node, "has to have a constant of bytes [rows, bytes of a row] as its table");
        }

        CheckScales(node, shape[0], ((shape[1] * 8 / bits) + size - 1) / size, bits);
    }

    private (long Bits, long Size) Blocks(OnnxNode node)
    {
        long bits = OnnxOperatorCheck.Integer(node, "bits", 0);
        long size = OnnxOperatorCheck.Integer(node, "block_size", 0);
        return bits is 4 or 8 && long.IsPow2(size) ? (bits, size) : throw graph.Wrong(node, $"has blocks of {size} elements in {bits} bits; 4 or 8 bits and a power of two from 16 to 256 are known");
    }

    private void CheckScales(OnnxNode node, long rows, long blocks, long bits)
    {
        if (graph.Constant(node.Inputs[2]) is not { Type: OnnxDataType.Float } scales || !scales.Shape.SequenceEqual([rows, blocks]))
        {
            throw graph.Wrong(node, $"has to have a constant [{rows}, {blocks}] of 32-bit numbers as its scales");
        }

        long packed = ((blocks * bits) + 7) / 8;
        if (node.Inputs.Count > 3 && node.Inputs[3].Length > 0
            && (graph.Constant(node.Inputs[3]) is not { Type: OnnxDataType.UInt8 } zeros || !zeros.Shape.SequenceEqual([rows, packed])))
        {
            throw graph.Wrong(node, $"has to have a constant of bytes [{rows}, {packed}] as its zero points");
        }
    }
}
