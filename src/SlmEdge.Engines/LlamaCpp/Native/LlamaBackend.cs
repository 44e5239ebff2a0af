using System.Diagnostics;
using System.Runtime.InteropServices;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>
/// Loads llama.cpp once per process: finds the libraries, takes over the log, loads the compute backend that suits the
/// CPU. A missing library is reported every time, so that installing it later in a long-lived process helps.
/// </summary>
internal static class LlamaBackend
{
    private const string BoundVersion = "0.5.0";

    private static readonly string[] GpuBackends = ["cuda", "vulkan", "metal", "hip", "sycl"];

    private static readonly Lock Gate = new();
    private static volatile bool loaded;
    private static string? chosenCpuLibrary;

    /// <summary>The libraries' folder; empty until loaded.</summary>
    internal static string Directory { get; private set; } = string.Empty;

    /// <summary>The full path of libllama; empty until loaded.</summary>
    internal static string LibraryPath { get; private set; } = string.Empty;

    /// <summary>File name of libllama on this system.</summary>
    internal static string LlamaFile { get; } = FileName("llama");

    /// <summary>The version that libllama reports.</summary>
    internal static string Version => Marshal.PtrToStringUTF8(LlamaNative.llama_version()) ?? "unknown";

    /// <summary>Loads the libraries and the compute backends; cheap after the first time.</summary>
    /// <exception cref="NativeLibraryMissingException">A library is not installed.</exception>
    /// <exception cref="EngineException">A library is there but does not load.</exception>
    internal static void EnsureLoaded()
    {
        if (loaded)
        {
            return;
        }

        lock (Gate)
        {
            if (loaded)
            {
                return;
            }

            var llamaPath = NativeLibraries.Locate(NativeLibraries.LlamaCpp, LlamaFile);
            var directory = Path.GetDirectoryName(llamaPath)!;

            // Dependencies first and by full path, so that nothing depends on the loader's own search path.
            var baseHandle = Load(Required(directory, BaseFileName()));
            var ggmlHandle = Load(Required(directory, FileName("ggml")));
            var llamaHandle = Load(llamaPath);
            NativeLibraryResolver.Register(LlamaNative.Library, llamaHandle);
            NativeLibraryResolver.Register(GgmlNative.Library, ggmlHandle);
            NativeLibraryResolver.Register(GgmlNative.BaseLibrary, baseHandle);
            Directory = directory;
            LibraryPath = llamaPath;
            CheckVersion();
            LlamaLog.Install();
            LoadBackends(directory);
            if (GgmlNative.ggml_backend_dev_count() == 0)
            {
                throw new EngineException(
                    $"llama.cpp in '{directory}' has no compute backend for this CPU: no libggml-cpu library there could be loaded. " +
                    $"Install the libraries again with: {NativeLibraries.InstallCommand}");
            }

            LlamaNative.llama_backend_init();
            loaded = true;
        }
    }

    private static void LoadBackends(string directory)
    {
        if (CpuVariant.Find(directory) is { } variant && GgmlNative.ggml_backend_load(CpuVariant.PathOf(directory, variant)) != 0)
        {
            chosenCpuLibrary = variant;
            return;
        }

        GgmlNative.ggml_backend_load_all_from_path(directory);
    }

    /// <summary>Name of the CPU level whose library was loaded, such as <c>haswell</c>; empty when it cannot be told.</summary>
    internal static string ChosenCpuLibrary() => chosenCpuLibrary ??= FindCpuLibrary();

    private static string FindCpuLibrary()
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            using (module)
            {
                var name = Path.GetFileNameWithoutExtension(module.FileName);
                var at = name.IndexOf("ggml-cpu", StringComparison.Ordinal);
                if (at >= 0)
                {
                    return name[(at + "ggml-cpu".Length)..].TrimStart('-');
                }
            }
        }

        return string.Empty;
    }

    /// <summary>The first GPU's description, or null without a GPU backend.</summary>
    internal static string? FindGpu()
    {
        var count = GgmlNative.ggml_backend_dev_count();
        for (nuint i = 0; i < count; i++)
        {
            var device = GgmlNative.ggml_backend_dev_get(i);
            if (GgmlNative.ggml_backend_dev_type(device) is GgmlNative.DeviceTypeGpu or GgmlNative.DeviceTypeIntegratedGpu)
            {
                return Marshal.PtrToStringUTF8(GgmlNative.ggml_backend_dev_description(device)) ?? "GPU";
            }
        }

        return null;
    }

    /// <summary>What it lacks to compute on a GPU, where <see cref="FindGpu"/> finds none.</summary>
    internal static string ExplainNoGpu()
    {
        var libraries = System.IO.Directory.EnumerateFiles(Directory).Select(file => Path.GetFileName(file)!)
            .Where(file => GpuBackends.Any(name => file.Contains("ggml-" + name, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal).ToList();
        return libraries.Count == 0
            ? $"no GPU library of its own (ggml-{string.Join(", ggml-", GpuBackends)}) is in '{Directory}'"
            : $"{string.Join(", ", libraries)} found no GPU; is the driver installed?";
    }

    // The layouts of the structures passed by value belong to this version; with another one calls would corrupt memory.
    private static void CheckVersion()
    {
        if (!Version.StartsWith(BoundVersion, StringComparison.Ordinal))
        {
            throw new EngineException(
                $"'{LibraryPath}' is llama.cpp {Version}, this program is made for {BoundVersion}. Install that with: {NativeLibraries.InstallCommand}");
        }
    }

    private static string Required(string directory, string file)
    {
        var path = Path.Combine(directory, file);
        return File.Exists(path)
            ? path
            : throw new NativeLibraryMissingException(NativeLibraries.LlamaCpp, file, [path], NativeLibraries.InstallCommand);
    }

    private static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new EngineException(
                $"The native library '{path}' does not load: {error.Message} Install it again with: {NativeLibraries.InstallCommand}",
                error);
        }
    }

    // The packaged builds carry the version in the file's name, except for ggml-base.
    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.v0.5.0.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.v0.5.0.dylib"
        : $"lib{name}.v0.5.0.so";

    private static string BaseFileName() =>
        OperatingSystem.IsWindows() ? "ggml-base.dll"
        : OperatingSystem.IsMacOS() ? "libggml-base.dylib"
        : "libggml-base.so";
}
