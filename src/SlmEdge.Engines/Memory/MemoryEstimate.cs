namespace SlmEdge.Engines.Memory;

/// <summary>What a model will take once it is loaded, in bytes, computed from its file and the options.</summary>
/// <param name="Weights">The tensors.</param>
/// <param name="KeyValues">The key-value memory when it is full.</param>
/// <param name="Workspace">Intermediate results and logits of the largest evaluation, roughly.</param>
public sealed record MemoryEstimate(long Weights, long KeyValues, long Workspace)
{
    /// <summary>All together.</summary>
    public long Total => Weights + KeyValues + Workspace;

    /// <summary>The figures in MiB.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Mib(Total):0.0} MiB: weights {Mib(Weights):0.0}, key-value memory {Mib(KeyValues):0.0}, workspace {Mib(Workspace):0.0}");

    private static double Mib(long bytes) => bytes / 1048576.0;
}
