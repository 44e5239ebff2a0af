using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Numerics;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// Adds weights and their products to a graph. Tensors are read and quantised when their bytes are written, a slab of rows at a time.
/// </summary>
internal sealed class OnnxMatrices(OnnxGraphBuilder graph, ModelWeights weights, Action<string> reading)
{
    private const string Microsoft = OnnxGraphBuilder.MicrosoftDomain;

    /// <summary>A one-dimensional weight, with something added to each of its values.</summary>
    public string AddVector(string name, float offset) =>
        graph.AddInitializer(name, OnnxDataType.Float, weights.Shapes[name], stream =>
        {
            float[] values = Read(name);
            TensorPrimitives.Add(values, offset, values);
            WriteFloats(stream, values);
        });

    /// <summary>Several one-dimensional weights, one behind the other.</summary>
    public string AddVector(string name, params string[] names) => AddStack(name, [names.Sum(part => weights.Shapes[part][0])], names);

    /// <summary>Several weights, one behind the other, as one of another shape.</summary>
    public string AddStack(string name, long[] shape, params string[] names) =>
        graph.AddInitializer(name, OnnxDataType.Float, shape, stream =>
        {
            foreach (string part in names)
            {
                WriteFloats(stream, Read(part));
            }
        });

    /// <summary>
    /// <c>input · Wᵀ</c> in single precision; several weights are stacked along their rows. <c>FusedMatMul</c>, which is <c>MatMul</c> with the
    /// transposition as an attribute, takes the rows as the checkpoint has them.
    /// </summary>
    public string AddMatMul(string input, string node, string output, bool half, params string[] names) =>
        AddMatMul(input, node, output, Widened(AddTable(node[1..].Replace('/', '.') + ".weight", half, names), node, half));

    /// <summary><c>input · Wᵀ</c> with a weight <c>[rows, columns]</c> that is in the graph already.</summary>
    public string AddMatMul(string input, string node, string output, string weight) =>
        graph.AddNode("FusedMatMul", [input, weight], [output], Microsoft, node,
            [OnnxAttribute.Int("transA", 0), OnnxAttribute.Int("transB", 1), OnnxAttribute.Float("alpha", 1)]);

    /// <summary>Adds weights, stacked along their rows, as <c>[rows, columns]</c> in 32 or 16 bits.</summary>
    public string AddTable(string name, bool half, params string[] names)
    {
        (int rows, int columns) = Size(names);
        return graph.AddInitializer(name, half ? OnnxDataType.Float16 : OnnxDataType.Float, [rows, columns], stream =>
        {
            ushort[] rounded = [];
            foreach (ReadOnlyMemory<float> slab in Slabs(names))
            {
                if (!half)
                {
                    stream.Write(MemoryMarshal.AsBytes(slab.Span));
                    continue;
                }

                rounded = rounded.Length < slab.Length ? new ushort[slab.Length] : rounded;
                Float16Conversion.FromSingle(slab.Span, rounded.AsSpan(0, slab.Length));
                stream.Write(MemoryMarshal.AsBytes(rounded.AsSpan(0, slab.Length)));
            }
        });
    }

    /// <summary>A 16-bit value as 32 bits; of a constant, ONNX Runtime computes that once, when it loads the model.</summary>
    public string Widened(string value, string node, bool half) => half
        ? graph.AddNode("Cast", [value], [node + "/Cast/output_0"], name: node + "/Cast", attributes: [OnnxAttribute.Int("to", (long)OnnxDataType.Float)])
        : value;

    /// <summary><c>input · Wᵀ</c> with W in blocks; several weights are stacked along their rows.</summary>
    public string AddMatMulNBits(string input, string node, string output, BlockQuantization options, int accuracyLevel, params string[] names) =>
        AddMatMulNBits(input, node, output, AddQuantized(node[1..].Replace('/', '.'), options, names), accuracyLevel);

    /// <summary><c>input · Wᵀ</c> with a quantised weight that is in the graph already.</summary>
    public string AddMatMulNBits(string input, string node, string output, QuantizedWeight weight, int accuracyLevel)
    {
        List<string> inputs = [input, weight.Levels, weight.Scales];
        if (weight.ZeroPoints is not null)
        {
            inputs.Add(weight.ZeroPoints);
        }

        return graph.AddNode("MatMulNBits", inputs, [output], Microsoft, node,
        [
            OnnxAttribute.Int("K", weight.Columns),
            OnnxAttribute.Int("N", weight.Rows),
            OnnxAttribute.Int("bits", weight.Options.Bits),
            OnnxAttribute.Int("block_size", weight.Options.BlockSize),
            OnnxAttribute.Int("accuracy_level", accuracyLevel),
        ]);
    }

    /// <summary>Adds the constants of a quantised weight.</summary>
    public QuantizedWeight AddQuantized(string name, BlockQuantization options, params string[] names)
    {
        (int rows, int columns) = Size(names);
        int blocks = (columns + options.BlockSize - 1) / options.BlockSize;
        var heldScales = new List<float[]>();
        var heldZeroPoints = new List<byte[]>();

        // Levels are written first, slab by slab; scales and zero points, an eighth of their size, wait for their turn and are then let go.
        string levels = graph.AddInitializer(name + ".qweight", OnnxDataType.UInt8, [rows, blocks, options.BlockSize * options.Bits / 8], stream =>
        {
            foreach (ReadOnlyMemory<float> slab in Slabs(names))
            {
                BlockQuantizedMatrix quantized = BlockQuantizer.Quantize(slab, slab.Length / columns, columns, options);
                stream.Write(quantized.Levels);
                heldScales.Add(quantized.Scales);
                if (quantized.ZeroPoints is { } zeros)
                {
                    heldZeroPoints.Add(zeros);
                }
            }
        });
        string scales = graph.AddInitializer(name + ".scales", OnnxDataType.Float, [rows, blocks], stream =>
        {
            heldScales.ForEach(part => WriteFloats(stream, part));
            heldScales.Clear();
        });
        string? zeroPoints = options.Symmetric
            ? null
            : graph.AddInitializer(name + ".qzeros", OnnxDataType.UInt8, [rows, ((blocks * options.Bits) + 7) / 8], stream =>
            {
                heldZeroPoints.ForEach(part => stream.Write(part));
                heldZeroPoints.Clear();
            });
        return new QuantizedWeight(levels, scales, zeroPoints, rows, columns, options);
    }

    public static void WriteFloats(Stream stream, float[] values)
    {
        const int Chunk = 1 << 20;
        for (int done = 0; done < values.Length; done += Chunk)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan(done, Math.Min(Chunk, values.Length - done))));
        }
    }

    /// <summary>Reads a weight and reports it.</summary>
    public float[] Read(string name)
    {
        reading(name);
        return weights.Read(name);
    }

    private (int Rows, int Columns) Size(string[] names) => ((int)names.Sum(name => weights.Shapes[name][0]), (int)weights.Shapes[names[0]][1]);

    private IEnumerable<ReadOnlyMemory<float>> Slabs(string[] names)
    {
        foreach (string name in names)
        {
            reading(name);
            foreach (ReadOnlyMemory<float> slab in weights.Slabs(name))
            {
                yield return slab;
            }
        }
    }
}
