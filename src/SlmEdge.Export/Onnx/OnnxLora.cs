using SlmEdge.Export.Weights;
using SlmEdge.Formats.Onnx;

namespace SlmEdge.Export.Onnx;

/// <summary>
/// A LoRA adapter as a branch of its own beside each product, <c>y + (x · Aᵀ) · (s · B)ᵀ</c>, so that the base keeps the very blocks on which the adapter was
/// trained. Projections that are computed in one product have one branch: A stacked, B on the diagonal.
/// </summary>
internal sealed class OnnxLora(OnnxGraphBuilder graph, ModelWeights weights, LoraFactors factors)
{
    /// <summary>Adds the branch of a product, where one of its weights is adapted.</summary>
    /// <param name="input">The product's input.</param>
    /// <param name="product">The product.</param>
    /// <param name="node">Prefix of the new nodes.</param>
    /// <param name="names">The product's weights, stacked along their rows.</param>
    public string AddBranch(string input, string product, string node, string[] names)
    {
        LoraPair?[] pairs = [.. names.Select(factors.Find)];
        int rank = pairs.Sum(pair => pair?.Rank ?? 0);
        if (rank == 0)
        {
            return product;
        }

        int columns = (int)weights.Shapes[names[0]][1];
        int rows = (int)names.Sum(name => weights.Shapes[name][0]);
        string constant = node[1..].Replace('/', '.');
        string a = graph.AddInitializer(constant + ".lora_A", OnnxDataType.Float, [columns, rank], stream => OnnxMatrices.WriteFloats(stream, StackA(pairs, columns, rank)));
        string b = graph.AddInitializer(constant + ".lora_B", OnnxDataType.Float, [rank, rows], stream => OnnxMatrices.WriteFloats(stream, SpreadB(pairs, names, rank, rows)));
        string low = graph.AddNode("MatMul", [input, a], [node + "/lora_A/output_0"], name: node + "/lora_A");
        string update = graph.AddNode("MatMul", [low, b], [node + "/lora_B/output_0"], name: node + "/lora_B");
        return graph.AddNode("Add", [product, update], [node + "/lora/output_0"], name: node + "/lora");
    }

    /// <summary><c>[columns, rank]</c>: the transposed factors side by side.</summary>
    private static float[] StackA(LoraPair?[] pairs, int columns, int rank)
    {
        float[] stacked = new float[columns * rank];
        int offset = 0;
        foreach (LoraPair pair in pairs.OfType<LoraPair>())
        {
            for (int r = 0; r < pair.Rank; r++)
            {
                for (int column = 0; column < columns; column++)
                {
                    stacked[(column * rank) + offset + r] = pair.A[(r * columns) + column];
                }
            }

            offset += pair.Rank;
        }

        return stacked;
    }

    /// <summary><c>[rank, rows]</c>: each weight's scaled and transposed factor at its own ranks and rows, zero elsewhere.</summary>
    private float[] SpreadB(LoraPair?[] pairs, string[] names, int rank, int rows)
    {
        float[] spread = new float[rank * rows];
        int firstRank = 0;
        int firstRow = 0;
        for (int i = 0; i < pairs.Length; i++)
        {
            int count = (int)weights.Shapes[names[i]][0];
            if (pairs[i] is { } pair)
            {
                for (int r = 0; r < pair.Rank; r++)
                {
                    for (int row = 0; row < count; row++)
                    {
                        spread[((firstRank + r) * rows) + firstRow + row] = pair.Scale * pair.B[(row * pair.Rank) + r];
                    }
                }

                firstRank += pair.Rank;
            }

            firstRow += count;
        }

        return spread;
    }
}
