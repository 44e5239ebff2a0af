using System.Runtime.InteropServices;
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
            return (LlamaBackend.Version, LlamaBackend.LibraryPath, CpuLevel.Describe(LlamaBackend.ChosenCpuLibrary()), LlamaBackend.FindGpu(), LlamaBackend.ExplainNoGpu());
        });

    private static EngineReport InspectOnnx() =>
        Inspect("ONNX Runtime", NativeLibraries.OnnxRuntime, OrtEnvironment.LibraryFile, () =>
        {
            OrtEnvironment.EnsureLoaded();
            return (OrtEnvironment.Version, OrtEnvironment.LibraryPath, CpuLevel.Instructions, OrtEnvironment.FindCuda(), OrtEnvironment.ExplainNoCuda());
        });

    // Loaded only here, and never by what runs on the device: it brings all of libtorch into the process.
    private static unsafe EngineReport InspectTorch()
    {
        const string Name = "libtorch (training)";
        if (!NativeLibraries.TryLocate(NativeLibraries.Torch, TorchFile, out var path, out _))
        {
            return Missing(null, $"'{TorchFile}' is not installed; it is needed for training only.");
        }

        try
        {
            var library = NativeLibrary.Load(path);
            var version = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "slm_libtorch_version");
            var cuda = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "slm_cuda_is_available");
            return new EngineReport(
                Name, Found: true, Required: false, Marshal.PtrToStringUTF8((nint)version()), path, CpuLevel.Instructions, ProcessorTopology.PhysicalCores, cuda() > 0 ? "CUDA" : null, Problem: null, InstallCommand: null);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return Missing(path, $"'{TorchFile}' cannot be loaded: {error.Message}");
        }

        static EngineReport Missing(string? path, string problem) => new(
            Name, Found: false, Required: false, Version: null, path, CpuLevel: null, ProcessorTopology.PhysicalCores, Gpu: null, problem, NativeLibraries.InstallCommand);
    }

    private static EngineReport Inspect(string name, string engine, string file, Func<(string Version, string Path, string CpuLevel, string? Gpu, string NoGpu)> load)
    {
        try
        {
            var (version, path, level, gpu, noGpu) = load();
            return new EngineReport(name, Found: true, Required: true, version, path, level, ProcessorTopology.PhysicalCores, gpu, Problem: null, InstallCommand: null)
            {
                GpuProblem = gpu is null ? noGpu : null,
            };
        }
        catch (Exception error) when (error is NativeLibraryMissingException or EngineException or DllNotFoundException or EntryPointNotFoundException)
        {
            var present = NativeLibraries.TryLocate(engine, file, out var path, out _);
            return new EngineReport(
                name, Found: false, Required: true, Version: null, present ? path : null, CpuLevel: null, ProcessorTopology.PhysicalCores, Gpu: null, error.Message, NativeLibraries.InstallCommand);
        }
    }
}
