namespace SlmEdge.Engines;

/// <summary>What computes: the engine, its version and the hardware level it uses.</summary>
/// <param name="Name">Engine name, such as <c>llama.cpp</c>.</param>
/// <param name="Version">The version that the native library reports.</param>
/// <param name="LibraryPath">Full path of the native library.</param>
/// <param name="CpuLevel">The CPU instruction level in use, such as <c>haswell (AVX2)</c>.</param>
/// <param name="Threads">Threads used for one evaluation.</param>
/// <param name="Gpu">True when a GPU computes.</param>
/// <param name="GpuName">The GPU's name, or null without one.</param>
public sealed record EngineInfo(
    string Name,
    string Version,
    string LibraryPath,
    string CpuLevel,
    int Threads,
    bool Gpu,
    string? GpuName)
{
    /// <summary>Why a GPU that is there does not compute, where it was tried and did not work; null otherwise.</summary>
    public string? GpuProblem { get; init; }

    /// <summary><see cref="GpuProblem"/> as a sentence for people, or null.</summary>
    public string? DescribeGpuProblem() => GpuProblem is null ? null : $"a GPU is there but could not be used, and the CPU computes: {GpuProblem}";
}
