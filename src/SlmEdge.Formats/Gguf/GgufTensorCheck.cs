namespace SlmEdge.Formats.Gguf;

/// <summary>Types of tensors at which ggml ends the process when it computes.</summary>
internal static class GgufTensorCheck
{
    /// <summary>
    /// Norms and biases are added to and multiplied with F32 values, for which ggml's CPU kernels take F32 only (ggml-cpu/binary-ops.cpp);
    /// llama.cpp's converter writes all vectors so.
    /// </summary>
    /// <exception cref="ModelFormatException">A vector is of another type.</exception>
    public static void Check(GgufFile file)
    {
        foreach (GgufTensor tensor in file.Tensors)
        {
            if (IsVector(tensor) && tensor.Type != GgmlType.F32)
            {
                throw new ModelFormatException($"the vector is of type {tensor.Type}; llama.cpp computes with F32 ones only. Convert the model again", file.Path, tensor.Name);
            }
        }
    }

    // Matrices of adapters with rank 1 are multiplied, not added.
    private static bool IsVector(GgufTensor tensor) =>
        tensor.Dimensions.Skip(1).All(size => size == 1)
        && (tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal) || tensor.Name.EndsWith(".bias", StringComparison.Ordinal));
}
