using System.Runtime.InteropServices;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>
/// ONNX Runtime's C interface: the library is loaded once per process, its functions are called through the table that
/// <c>OrtGetApiBase</c> gives. The process-wide environment lives until the process ends, as ONNX Runtime asks.
/// </summary>
internal static unsafe partial class OrtEnvironment
{
    // The lowest version whose table has every function used here.
    private const uint ApiVersion = 14;
    private const string Library = "slmedge-onnxruntime";
    private const int LogFatal = 4;
    private const string CudaProvider = "CUDAExecutionProvider";

    private static readonly Lock Gate = new();
    private static volatile bool loaded;
    private static nint* table;
    private static nint env;
    private static nint allocator;
    private static nint appendCuda;

    internal static string LibraryPath { get; private set; } = string.Empty;

    internal static string Version { get; private set; } = string.Empty;

    internal static nint Handle => env;

    /// <summary>ONNX Runtime's default CPU allocator: names that it hands out are freed with it.</summary>
    internal static nint Allocator => allocator;

    internal static string LibraryFile { get; } =
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.1.dylib"
        : "libonnxruntime.so.1";

    /// <summary>Loads the library and creates the environment; cheap after the first time.</summary>
    /// <exception cref="NativeLibraryMissingException">ONNX Runtime is not installed.</exception>
    /// <exception cref="EngineException">The library does not load or is too old.</exception>
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

            var path = NativeLibraries.Locate(NativeLibraries.OnnxRuntime, LibraryFile);
            OrtTelemetry.SwitchOff();
            nint library;
            try
            {
                library = NativeLibrary.Load(path);
                NativeLibraryResolver.Register(Library, library);
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                throw new EngineException($"The native library '{path}' does not load: {error.Message} Install it again with: {NativeLibraries.InstallCommand}", error);
            }

            // struct OrtApiBase: GetApi, GetVersionString.
            var apiBase = OrtGetApiBase();
            Version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])()) ?? "unknown";
            table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(ApiVersion);
            if (table == null)
            {
                throw new EngineException($"'{path}' is ONNX Runtime {Version}, which has no interface version {ApiVersion}. Install the right one with: {NativeLibraries.InstallCommand}");
            }

            LibraryPath = path;
            NativeLibrary.TryGetExport(library, "OrtSessionOptionsAppendExecutionProvider_CUDA", out appendCuda);
            nint created;
            fixed (byte* name = "slmedge\0"u8)
            {
                // Errors come back as a status; nothing is to be printed.
                Check(((delegate* unmanaged<int, byte*, nint*, nint>)Function(OrtFunction.CreateEnv))(LogFatal, name, &created), "create its environment");
            }

            env = created;
            Check(((delegate* unmanaged<nint, nint>)Function(OrtFunction.DisableTelemetryEvents))(env), "switch off telemetry");
            nint defaultAllocator;
            Check(((delegate* unmanaged<nint*, nint>)Function(OrtFunction.GetAllocatorWithDefaultOptions))(&defaultAllocator), "get its allocator");
            allocator = defaultAllocator;
            loaded = true;
        }
    }

    /// <summary>The address of a function.</summary>
    internal static nint Function(OrtFunction function) => table[(int)function];

    /// <summary>Throws what a failed call says and frees its status.</summary>
    /// <param name="status">What the call returned: 0 for success.</param>
    /// <param name="what">What it was to do, to complete "ONNX Runtime cannot …".</param>
    internal static void Check(nint status, string what)
    {
        if (status == 0)
        {
            return;
        }

        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function(OrtFunction.GetErrorMessage))(status));
        Release(OrtFunction.ReleaseStatus, status);
        throw new EngineException($"ONNX Runtime cannot {what}: {message}");
    }

    internal static void Release(OrtFunction release, nint handle) =>
        ((delegate* unmanaged<nint, void>)Function(release))(handle);

    /// <summary>Reads a string that ONNX Runtime allocated, and frees it.</summary>
    internal static string TakeString(nint text)
    {
        var result = Marshal.PtrToStringUTF8(text) ?? string.Empty;
        Check(((delegate* unmanaged<nint, nint, nint>)Function(OrtFunction.AllocatorFree))(allocator, text), "free a name");
        return result;
    }

    /// <summary>The execution providers built into the library, such as <c>CPUExecutionProvider</c>.</summary>
    internal static IReadOnlyList<string> AvailableProviders()
    {
        byte** names;
        int count;
        Check(((delegate* unmanaged<byte***, int*, nint>)Function(OrtFunction.GetAvailableProviders))(&names, &count), "list its providers");
        var result = new string[count];
        for (var i = 0; i < count; i++)
        {
            result[i] = Marshal.PtrToStringUTF8((nint)names[i]) ?? string.Empty;
        }

        Check(((delegate* unmanaged<byte**, int, nint>)Function(OrtFunction.ReleaseAvailableProviders))(names, count), "free its providers' names");
        return result;
    }

    /// <summary>
    /// The CUDA provider, or null where it cannot run: it has to be compiled in, and its own library has to lie beside the runtime's. Whether there is a GPU shows when it is used.
    /// </summary>
    internal static string? FindCuda() =>
        appendCuda != 0 && AvailableProviders().Contains(CudaProvider) && File.Exists(CudaLibrary) ? CudaProvider : null;

    /// <summary>What it lacks to compute on a GPU, where <see cref="FindCuda"/> finds none.</summary>
    internal static string ExplainNoCuda() =>
        appendCuda == 0 || !AvailableProviders().Contains(CudaProvider) ? "this build of the library has no CUDA provider" : $"the CUDA provider's library '{CudaLibrary}' is not there";

    /// <summary>Where the CUDA provider's library would lie.</summary>
    internal static string CudaLibrary => Path.Combine(
        Path.GetDirectoryName(LibraryPath) ?? string.Empty,
        OperatingSystem.IsWindows() ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so");

    /// <summary>Lets sessions compute on a GPU (<c>onnxruntime_c_api.h</c>: an exported function, not one of the table).</summary>
    /// <param name="sessionOptions">The options of a session.</param>
    /// <param name="device">Number of the GPU.</param>
    internal static void AppendCuda(nint sessionOptions, int device) =>
        Check(((delegate* unmanaged<nint, int, nint>)appendCuda)(sessionOptions, device), "use the CUDA provider");

    [LibraryImport(Library)]
    private static partial nint* OrtGetApiBase();
}
