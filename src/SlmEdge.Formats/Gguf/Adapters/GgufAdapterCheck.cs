using System.Numerics.Tensors;

namespace SlmEdge.Formats.Gguf.Adapters;

/// <summary>
/// Checks a LoRA adapter against the model that it is to be loaded beside, before libllama sees it. What libllama (v0.5.0: llama-adapter.cpp) passes over in
/// silence, as factors of norms, is refused here: the adapter would compute something else than what was trained.
/// </summary>
public static class GgufAdapterCheck
{
    private const string FirstSuffix = ".lora_a";
    private const string SecondSuffix = ".lora_b";
    private const string EmbeddingName = "token_embd.weight";
    private const int ValuesAtOnce = 64 * 1024;

    /// <summary>Checks kind, architecture, the shape of every pair of factors, and that all values are numbers.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="model">The model.</param>
    /// <returns>Bytes of all factors.</returns>
    /// <exception cref="ModelFormatException">The adapter is malformed, or does not fit the model.</exception>
    public static long Check(GgufFile adapter, GgufFile model)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(model);
        Expect(adapter, "general.type", "adapter");
        Expect(adapter, "adapter.type", "lora");
        Expect(adapter, GgufFacts.ArchitectureKey, Text(model, GgufFacts.ArchitectureKey));
        const string AlphaKey = "adapter.lora.alpha";
        if (!adapter.Metadata.TryGetValue(AlphaKey, out GgufValue? alpha) || alpha.Type != GgufValueType.Float32 || !double.IsFinite(alpha.AsDouble()))
        {
            throw new ModelFormatException("has to be a 32-bit number", adapter.Path, AlphaKey);
        }

        // Activated LoRA changes which tokens the adapter is applied to; nothing here does that.
        const string InvocationKey = "adapter.alora.invocation_tokens";
        if (adapter.Metadata.ContainsKey(InvocationKey))
        {
            throw new ModelFormatException("asks for an adapter that begins at certain tokens (aLoRA), which is not supported", adapter.Path, InvocationKey);
        }

        var targets = model.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var factors = adapter.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        if (factors.Count == 0)
        {
            throw new ModelFormatException("holds no factors", adapter.Path);
        }

        long bytes = 0;
        foreach (GgufTensor factor in adapter.Tensors)
        {
            bytes += factor.ByteLength;
            if (factor.Name.EndsWith(FirstSuffix, StringComparison.Ordinal))
            {
                CheckPair(adapter, factor, factors, targets);
            }
            else if (!factor.Name.EndsWith(SecondSuffix, StringComparison.Ordinal) || !factors.ContainsKey(factor.Name[..^SecondSuffix.Length] + FirstSuffix))
            {
                throw new ModelFormatException($"is no part of a pair of factors ('…{FirstSuffix}' with '…{SecondSuffix}')", adapter.Path, factor.Name);
            }

            CheckValues(adapter, factor);
        }

        return bytes;
    }

    private static void CheckPair(GgufFile adapter, GgufTensor first, Dictionary<string, GgufTensor> factors, Dictionary<string, GgufTensor> targets)
    {
        string target = first.Name[..^FirstSuffix.Length];
        if (!factors.TryGetValue(target + SecondSuffix, out GgufTensor? second))
        {
            throw new ModelFormatException("its partner is missing", adapter.Path, target + SecondSuffix);
        }

        if (target == EmbeddingName || !targets.TryGetValue(target, out GgufTensor? matrix) || matrix.Dimensions.Count != 2)
        {
            throw new ModelFormatException($"adapts '{target}', which is no projection of the model; the adapter was made for another base", adapter.Path, first.Name);
        }

        // ggml's dimensions run fastest first: A is [inputs, rank], B is [rank, outputs], the matrix [inputs, outputs].
        if (first.Dimensions is not [var inputs, var rank] || second.Dimensions is not [var rankAgain, var outputs]
            || rank < 1 || rank != rankAgain || inputs != matrix.Dimensions[0] || outputs != matrix.Dimensions[1])
        {
            throw new ModelFormatException(
                $"factors of [{Join(first)}] and [{Join(second)}] do not fit the model's [{Join(matrix)}]; the adapter was made for another base", adapter.Path, target);
        }
    }

    // One value that is no number would spoil every sequence that shares the memory with it.
    private static void CheckValues(GgufFile adapter, GgufTensor factor)
    {
        if (factor.Type is not (GgmlType.F32 or GgmlType.F16 or GgmlType.BF16))
        {
            throw new ModelFormatException($"has type {factor.Type}; factors are F32, F16 or BF16", adapter.Path, factor.Name);
        }

        long count = factor.Dimensions.Aggregate(1L, (product, next) => product * next);
        var values = new float[(int)Math.Min(count, ValuesAtOnce)];
        for (long at = 0; at < count; at += values.Length)
        {
            Span<float> part = values.AsSpan(0, (int)Math.Min(values.Length, count - at));
            adapter.ReadFloat32(factor.Name, at, part);
            if (!TensorPrimitives.IsFiniteAll<float>(part))
            {
                throw new ModelFormatException("holds a value that is no number; train the adapter again", adapter.Path, factor.Name);
            }
        }
    }

    private static void Expect(GgufFile file, string key, string value)
    {
        string found = Text(file, key);
        if (found != value)
        {
            throw new ModelFormatException($"is '{found}', '{value}' is needed", file.Path, key);
        }
    }

    private static string Text(GgufFile file, string key) => file.Metadata.TryGetValue(key, out GgufValue? value)
        ? value.AsString()
        : throw new ModelFormatException("is missing; the file is no adapter", file.Path, key);

    private static string Join(GgufTensor tensor) => string.Join(", ", tensor.Dimensions);
}
