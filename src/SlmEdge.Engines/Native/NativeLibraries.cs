using System.Runtime.InteropServices;

namespace SlmEdge.Engines.Native;

/// <summary>
/// Finds the native libraries of the engines. The search order is: the environment variable
/// <see cref="DirectoryVariable"/> (the folder that holds one folder per engine); <c>native/&lt;rid&gt;/&lt;engine&gt;</c>
/// beside the library that this code is compiled into (<see cref="LibraryDirectory"/>), then beside the program;
/// <c>artifacts/native/&lt;rid&gt;/&lt;engine&gt;</c> in the nearest ancestor of those folders, then of the current directory.
/// </summary>
public static class NativeLibraries
{
    /// <summary>Environment variable naming the folder that holds the engines' folders.</summary>
    public const string DirectoryVariable = "SLMEDGE_NATIVE_DIR";

    /// <summary>Folder name of the llama.cpp libraries.</summary>
    public const string LlamaCpp = "llama.cpp";

    /// <summary>Folder name of the ONNX Runtime library.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>Folder name of the libtorch shim.</summary>
    public const string Torch = "torch";

    /// <summary>The command that installs the engines.</summary>
    public const string InstallCommand = "./build.sh --target Engines";

    /// <summary>
    /// The portable runtime identifier of this process, such as <c>linux-x64</c>: the name of the folder that holds
    /// the native libraries. Distribution-specific identifiers are not used.
    /// </summary>
    public static string RuntimeIdentifier { get; } = BuildRuntimeIdentifier();

    /// <summary>
    /// Folder of the library that this code is compiled into, or <see langword="null"/> where it is the program itself. Whoever loads that library need not
    /// know the engines, and so they lie beside it.
    /// </summary>
    public static string? LibraryDirectory { get; set; }

    /// <summary>Returns the full path of a native library.</summary>
    /// <param name="engine">The engine's folder name: <see cref="LlamaCpp"/>, <see cref="OnnxRuntime"/> or <see cref="Torch"/>.</param>
    /// <param name="file">The library's file name.</param>
    /// <exception cref="NativeLibraryMissingException">The file is in none of the places.</exception>
    public static string Locate(string engine, string file) =>
        TryLocate(engine, file, out var path, out var places)
            ? path
            : throw new NativeLibraryMissingException(engine, file, places, InstallCommand);

    /// <summary>Looks for a native library without failing when it is missing.</summary>
    /// <param name="engine">The engine's folder name.</param>
    /// <param name="file">The library's file name.</param>
    /// <param name="path">The full path when found, else empty.</param>
    /// <param name="placesLookedAt">Every full path that was tried, in order.</param>
    /// <returns>True when the file exists.</returns>
    public static bool TryLocate(string engine, string file, out string path, out IReadOnlyList<string> placesLookedAt)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(engine);
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var places = new List<string>();
        placesLookedAt = places;
        foreach (var directory in CandidateDirectories(engine))
        {
            var candidate = Path.GetFullPath(Path.Combine(directory, file));
            if (places.Contains(candidate))
            {
                continue;
            }

            places.Add(candidate);
            if (File.Exists(candidate))
            {
                path = candidate;
                return true;
            }
        }

        path = string.Empty;
        return false;
    }

    private static IEnumerable<string> CandidateDirectories(string engine)
    {
        var configured = Environment.GetEnvironmentVariable(DirectoryVariable);
        if (!string.IsNullOrWhiteSpace(configured))
        {
            yield return Path.Combine(configured, engine);
            yield return Path.Combine(configured, RuntimeIdentifier, engine);
        }

        string[] installed = LibraryDirectory is { } library ? [library, AppContext.BaseDirectory] : [AppContext.BaseDirectory];
        foreach (var folder in installed)
        {
            yield return Path.Combine(folder, "native", RuntimeIdentifier, engine);
        }

        foreach (var start in installed.Append(Environment.CurrentDirectory))
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var artifacts = Path.Combine(folder.FullName, "artifacts", "native", RuntimeIdentifier);
                if (Directory.Exists(artifacts))
                {
                    yield return Path.Combine(artifacts, engine);
                    break;
                }
            }
        }
    }

    private static string BuildRuntimeIdentifier()
    {
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : "linux";
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.X86 => "x86",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm",
            var other => other.ToString().ToLowerInvariant(),
        };
        return $"{system}-{architecture}";
    }
}
