using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Native;
using SlmEdge.Engines.OnnxRuntime.Native;

namespace SlmEdge.Engines.Diagnostics;

/// <summary>Says which native engines work on this machine, and how to install those that are missing.</summary>
public static class Doctor
{
    /// <summary>File name of the libtorch shim.</summary>
    private static readonly string TorchFile =
        OperatingSystem.IsWindows() ? "slmtorch.dll"
        : OperatingSystem.IsMacOS() ? "libslmtorch.dylib"
        : "libslmtorch.so";

    /// <summary>Loads each engine that the device uses and describes it; never throws for a missing or broken one.</summary>
    public static IReadOnlyList<EngineReport> Inspect() => [InspectLlama(), InspectOnnx(), InspectTorch()];

    private static EngineReport InspectLlama() =>
        Inspect("llama.cpp", NativeLibraries.LlamaCpp, LlamaBackend.LlamaFile, () =>
        {
            LlamaBackend.EnsureLoaded();
            return (LlamaBackend.Version, LlamaBackend.LibraryPath, CpuLevel.Describe(LlamaBackend.ChosenCpuLibrary()), LlamaBackend.FindGpu());
        });

    private static EngineReport InspectOnnx() =>
        Inspect("ONNX Runtime", NativeLibraries.OnnxRuntime, OrtEnvironment.LibraryFile, () =>
        {
            OrtEnvironment.EnsureLoaded();

            // The list names what was compiled in. A provider can run only when its own library lies beside the runtime.
            var beside = Path.GetDirectoryName(OrtEnvironment.LibraryPath) ?? string.Empty;
            var gpu = OrtEnvironment.AvailableProviders().FirstOrDefault(provider =>
                provider == "CUDAExecutionProvider" && File.Exists(Path.Combine(beside, "libonnxruntime_providers_cuda.so")));
            return (OrtEnvironment.Version, OrtEnvironment.LibraryPath, CpuLevel.Instructions, gpu);
        });

    // Only its presence: loading it would bring all of libtorch into the device's process.
    private static EngineReport InspectTorch()
    {
        var found = NativeLibraries.TryLocate(NativeLibraries.Torch, TorchFile, out var path, out _);
        return new EngineReport(
            "libtorch (training)",
            found,
            Required: false,
            Version: null,
            found ? path : null,
            CpuLevel: null,
            ProcessorTopology.PhysicalCores,
            Gpu: null,
            found ? null : $"'{TorchFile}' is not installed; it is needed for training only.",
            found ? null : NativeLibraries.InstallCommand);
    }

    private static EngineReport Inspect(string name, string engine, string file, Func<(string Version, string Path, string CpuLevel, string? Gpu)> load)
    {
        try
        {
            var (version, path, level, gpu) = load();
            return new EngineReport(name, Found: true, Required: true, version, path, level, ProcessorTopology.PhysicalCores, gpu, Problem: null, InstallCommand: null);
        }
        catch (Exception error) when (error is NativeLibraryMissingException or EngineException or DllNotFoundException or EntryPointNotFoundException)
        {
            var present = NativeLibraries.TryLocate(engine, file, out var path, out _);
            return new EngineReport(
                name, Found: false, Required: true, Version: null, present ? path : null, CpuLevel: null, ProcessorTopology.PhysicalCores, Gpu: null, error.Message, NativeLibraries.InstallCommand);
        }
    }
}
