namespace SlmEdge.Engines.Diagnostics;

/// <summary>What is known about one native engine on this machine.</summary>
/// <param name="Name">The engine.</param>
/// <param name="Found">Whether its library is installed and loads.</param>
/// <param name="Required">Whether the device needs it; the libtorch shim is for training only.</param>
/// <param name="Version">What the library says its version is; null when it was not loaded.</param>
/// <param name="LibraryPath">Full path of the library; null when it is missing.</param>
/// <param name="CpuLevel">The CPU level in use; null when the library was not loaded.</param>
/// <param name="Threads">Threads that an evaluation takes by default.</param>
/// <param name="Gpu">The GPU that it can use, or null for none.</param>
/// <param name="Problem">What is wrong, or null.</param>
/// <param name="InstallCommand">The command that installs it when it is missing, else null.</param>
public sealed record EngineReport(
    string Name,
    bool Found,
    bool Required,
    string? Version,
    string? LibraryPath,
    string? CpuLevel,
    int Threads,
    string? Gpu,
    string? Problem,
    string? InstallCommand)
{
    /// <summary>Why no GPU can be used, where the engine itself works; null where one can.</summary>
    public string? GpuProblem { get; init; }
}
