using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// Products with the output matrix <c>[vocabulary, hidden]</c>, which a frozen base holds in 16 bits. CPUs multiply those slowly, so a part of the
/// rows at a time is converted to fp32; a whole copy of the matrix never exists.
/// </summary>
internal static class OutputHead
{
    /// <summary>Elements of the matrix that are fp32 at a time: 16 MiB.</summary>
    private const long PartElements = 1 << 22;

    /// <summary>Bytes of the matrix that are fp32 at a time.</summary>
    public static long BytesAtOnce => PartElements * sizeof(float);

    /// <summary>Logits of <c>[rows, hidden]</c>: <c>[rows, vocabulary]</c>. Autograd follows where it is on.</summary>
    public static Tensor Logits(Tensor hidden, Tensor head)
    {
        if (head.dtype == hidden.dtype)
        {
            return nn.functional.linear(hidden, head);
        }

        if (is_grad_enabled() && (hidden.requires_grad || head.requires_grad))
        {
            return nn.functional.linear(hidden, head.to(hidden.dtype));
        }

        var logits = empty(hidden.shape[0], head.shape[0], dtype: hidden.dtype, device: hidden.device);
        WriteLogits(hidden, head, logits);
        return logits;
    }

    /// <summary>Writes the logits of <c>[rows, hidden]</c> into <c>[rows, vocabulary]</c>; without a graph.</summary>
    public static void WriteLogits(Tensor hidden, Tensor head, Tensor logits)
    {
        foreach (var (first, count) in Parts(head))
        {
            using var scope = NewDisposeScope();
            logits.narrow(1, first, count).addmm_(hidden, Part(head, first, count, hidden.dtype).t(), beta: 0, alpha: 1);
        }
    }

    /// <summary>Gradient of the hidden states, <c>[rows, hidden]</c>, from that of the logits; without a graph.</summary>
    public static Tensor InputGradient(Tensor gradient, Tensor head)
    {
        if (head.dtype == gradient.dtype)
        {
            return matmul(gradient, head);
        }

        var result = zeros(gradient.shape[0], head.shape[1], dtype: gradient.dtype, device: gradient.device);
        foreach (var (first, count) in Parts(head))
        {
            using var scope = NewDisposeScope();
            result.addmm_(gradient.narrow(1, first, count), Part(head, first, count, gradient.dtype), beta: 1, alpha: 1);
        }

        return result;
    }

    private static Tensor Part(Tensor head, long first, long count, ScalarType type) => head.narrow(0, first, count).to(type);

    /// <summary>All rows at once where nothing needs converting.</summary>
    private static IEnumerable<(long First, long Count)> Parts(Tensor head)
    {
        var rows = head.shape[0];
        var part = head.dtype == ScalarType.Float32 ? rows : Math.Max(1, PartElements / head.shape[1]);
        for (long first = 0; first < rows; first += part)
        {
            yield return (first, Math.Min(part, rows - first));
        }
    }
}
