using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SlmEdge.Training.Runs;

/// <summary>The machine and libraries of a run.</summary>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Architecture">Processor architecture.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="Runtime">.NET version.</param>
/// <param name="SlmEdge">Version of this library.</param>
/// <param name="TorchThreads">Compute threads of libtorch.</param>
/// <param name="Device">Compute device.</param>
public sealed record RunEnvironment(
    string OperatingSystem,
    string Architecture,
    int Processors,
    string Runtime,
    string SlmEdge,
    int TorchThreads,
    string Device)
{
    /// <summary>The current machine.</summary>
    public static RunEnvironment Current => new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString(),
        System.Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        typeof(RunEnvironment).Assembly.GetName().Version?.ToString(3) ?? "unknown",
        get_num_threads(),
        cuda.is_available() ? "cuda" : "cpu");
}
