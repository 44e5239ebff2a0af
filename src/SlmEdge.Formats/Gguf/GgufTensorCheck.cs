namespace SlmEdge.Formats.Gguf;

/// <summary>Types of tensors at which ggml ends the process when it computes.</summary>
internal static class GgufTensorCheck
{
    /// <summary>
    /// Norms (those of several heads are matrices), biases and scales are added to and multiplied with F32 values, for which ggml's CPU
    /// kernels take F32 only (ggml-cpu/binary-ops.cpp); <c>ggml_rope_ext</c> asserts the same of the divisors of positions (ggml.c).
    /// llama.cpp's converter writes all of them so.
    /// </summary>
    /// <exception cref="ModelFormatException">Such a tensor is of another type.</exception>
    public static void Check(GgufFile file)
    {
        foreach (GgufTensor tensor in file.Tensors)
        {
            if (tensor.Type != GgmlType.F32 && IsElementwise(tensor.Name))
            {
                throw new ModelFormatException($"the tensor is of type {tensor.Type}; llama.cpp computes with it in F32 only. Convert the model again", file.Path, tensor.Name);
            }
        }
    }

    private static bool IsElementwise(string name) =>
        name.EndsWith("_norm.weight", StringComparison.Ordinal)
        || name.EndsWith(".bias", StringComparison.Ordinal)
        || name.EndsWith(".scale", StringComparison.Ordinal)
        || name is "rope_freqs.weight" or "rope_factors_long.weight" or "rope_factors_short.weight";
}
