using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SlmEdge.Formats.Onnx.Quantization;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// Adds weights and their products to a graph. Tensors are read, stacked and quantised when their bytes are written, one at a time.
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

    /// <summary><c>input · Wᵀ</c> in single precision; several weights are stacked along their rows.</summary>
    public string AddMatMul(string input, string node, string output, params string[] names)
    {
        (int rows, int columns) = Size(names);
        string weight = graph.AddInitializer(node[1..].Replace('/', '.') + ".weight", OnnxDataType.Float, [columns, rows], stream =>
            WriteFloats(stream, Transpose(Stack(names), rows, columns)));
        return graph.AddNode("MatMul", [input, weight], [output], name: node);
    }

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
        BlockQuantizedMatrix? quantized = null;

        // Levels are written first; scales and zero points wait for their turn, then the matrix is let go.
        string levels = graph.AddInitializer(name + ".qweight", OnnxDataType.UInt8, [rows, blocks, options.BlockSize * options.Bits / 8], stream =>
        {
            quantized = BlockQuantizer.Quantize(Stack(names), rows, columns, options);
            stream.Write(quantized.Levels);
        });
        string scales = graph.AddInitializer(name + ".scales", OnnxDataType.Float, [rows, blocks], stream =>
        {
            WriteFloats(stream, quantized!.Scales);
            quantized = options.Symmetric ? null : quantized;
        });
        string? zeroPoints = options.Symmetric
            ? null
            : graph.AddInitializer(name + ".qzeros", OnnxDataType.UInt8, [rows, ((blocks * options.Bits) + 7) / 8], stream =>
            {
                stream.Write(quantized!.ZeroPoints!);
                quantized = null;
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

    private float[] Stack(string[] names)
    {
        if (names.Length == 1)
        {
            return Read(names[0]);
        }

        (int rows, int columns) = Size(names);
        float[] stacked = new float[rows * columns];
        int position = 0;
        foreach (string name in names)
        {
            float[] part = Read(name);
            part.CopyTo(stacked, position);
            position += part.Length;
        }

        return stacked;
    }

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        const int Tile = 32;
        Parallel.For(0, (rows + Tile - 1) / Tile, tile =>
        {
            int end = Math.Min(rows, (tile + 1) * Tile);
            for (int column = 0; column < columns; column++)
            {
                for (int row = tile * Tile; row < end; row++)
                {
                    transposed[(column * rows) + row] = values[(row * columns) + column];
                }
            }
        });
        return transposed;
    }
}
