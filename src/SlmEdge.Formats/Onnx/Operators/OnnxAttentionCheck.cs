namespace SlmEdge.Formats.Onnx.Operators;

/// <summary>
/// GroupQueryAttention: heads as wide as what is projected to them and as the cache, rotary caches of two dimensions, and lengths that are counted on the mask and
/// come from nowhere else. The kernel addresses the caches by these lengths.
/// </summary>
internal sealed class OnnxAttentionCheck(OnnxOperatorCheck graph, OnnxWidths widths)
{
    private const int Query = 0;
    private const int Key = 1;
    private const int Value = 2;
    private const int PastKey = 3;
    private const int PastValue = 4;
    private const int Lengths = 5;
    private const int Total = 6;
    private const int Cosines = 7;
    private const int Sines = 8;

    public void Check(OnnxNode node)
    {
        IReadOnlyList<string> inputs = node.Inputs;
        if (inputs.Count <= Sines || Enumerable.Range(PastKey, Sines - PastKey + 1).Any(i => inputs[i].Length == 0) || inputs[Key].Length == 0 != (inputs[Value].Length == 0))
        {
            throw graph.Wrong(node, "lacks inputs: query, key and value or none of these two, both caches, both lengths, both rotary caches");
        }

        CheckWidths(node);
        CheckRotation(node);
        CheckLengths(node);
    }

    private void CheckWidths(OnnxNode node)
    {
        long heads = OnnxOperatorCheck.Integer(node, "num_heads", 0);
        long shared = OnnxOperatorCheck.Integer(node, "kv_num_heads", 0);
        long size = Cache(node, PastKey, shared);
        if (heads % shared != 0 || size != Cache(node, PastValue, shared))
        {
            throw graph.Wrong(node, $"has {heads} heads over {shared}, or caches of two sizes");
        }

        bool packed = node.Inputs[Key].Length == 0;
        if (widths.Of(node.Inputs[Query]) != (packed ? heads + (2 * shared) : heads) * size
            || (!packed && (widths.Of(node.Inputs[Key]) != shared * size || widths.Of(node.Inputs[Value]) != shared * size)))
        {
            throw graph.Wrong(node, $"with {heads} heads over {shared} of {size} elements has a query, key or value of another or an unknown width");
        }
    }

    /// <summary>The size of a head, as the cache that a caller supplies has it: <c>[batch, heads, past, size]</c>.</summary>
    private long Cache(OnnxNode node, int input, long heads)
    {
        OnnxValue? cache = graph.Model.Inputs.FirstOrDefault(value => value.Name == node.Inputs[input]);
        return cache?.Shape is [_, { Value: { } count }, _, { Value: > 0 and <= 1 << 16 and var size }] && count == heads
            ? size
            : throw graph.Wrong(node, $"has to have an input of the model [batch, {heads}, past, size of a head] as its cache");
    }

    private void CheckRotation(OnnxNode node)
    {
        if (Table(node.Inputs[Cosines]) is not { } cosines || Table(node.Inputs[Sines]) is not { } sines || !cosines.Shape.SequenceEqual(sines.Shape))
        {
            throw graph.Wrong(node, "has to have two constants [positions, half the rotated elements] of 32-bit numbers, or rows of them, as its rotary caches");
        }
    }

    private OnnxTensor? Table(string name)
    {
        OnnxTensor? table = graph.Constant(graph.Maker(name) is { OpType: "Slice" } slice && graph.Integers(slice.Inputs[^1]) is [0] && slice.Inputs.Count == 4 ? slice.Inputs[0] : name);
        return table is { Type: OnnxDataType.Float, Shape.Count: 2 } ? table : null;
    }

    /// <summary>Lengths: the sum of the mask's rows less one, in 32 bits. Total: the mask's width.</summary>
    private void CheckLengths(OnnxNode node)
    {
        if (!(Behind(node.Inputs[Lengths], "Cast") is { } less && Behind(less, "Sub", 1) is { } sum && Behind(sum, "ReduceSum", 1) is { } mask && IsMask(mask)
            && OnnxOperatorCheck.Integer(graph.Maker(sum)!, "keepdims", 1) == 0
            && Behind(node.Inputs[Total], "Cast") is { } width && Behind(width, "Gather", 1) is { } shape && Behind(shape, "Shape") == mask))
        {
            throw graph.Wrong(node, "has lengths that are not those of the model's mask");
        }
    }

    /// <summary>The first input of the node that computes a value, where that is of this operator and its second input is the constant 1.</summary>
    private string? Behind(string value, string type, long? second = null) =>
        graph.Maker(value) is { } node && node.OpType == type && (second is not { } number || (graph.Integers(node.Inputs[1]) is [var constant] && constant == number))
            ? node.Inputs[0]
            : null;

    private bool IsMask(string name) => graph.Model.Inputs.Any(input => input.Name == name && input is { Type: OnnxDataType.Int64, Shape.Count: 2 });
}
