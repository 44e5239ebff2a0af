using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>Finds libslmtorch.</summary>
/// <remarks>
/// Order: the folder in <c>SLMEDGE_NATIVE_DIR</c> (itself, or <c>torch/</c> under it), <c>native/&lt;rid&gt;/torch/</c>
/// beside the program, then <c>artifacts/native/&lt;rid&gt;/torch/</c> in the nearest folder above the program or above
/// the current directory.
/// </remarks>
internal static class SlmTorchLibrary
{
    internal const string Name = "slmtorch";

    private static readonly Lock Gate = new();
    private static nint _handle;

    internal static string FileName =>
        OperatingSystem.IsWindows() ? "slmtorch.dll" : OperatingSystem.IsMacOS() ? "libslmtorch.dylib" : "libslmtorch.so";

    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(SlmTorchLibrary).Assembly, Resolve);

    /// <summary>Every place that is looked at, in order.</summary>
    internal static IEnumerable<string> Candidates(string baseDirectory, string currentDirectory, string? configured)
    {
        var rid = RuntimeIdentifier;
        if (!string.IsNullOrEmpty(configured))
        {
            yield return Path.Combine(configured, FileName);
            yield return Path.Combine(configured, "torch", FileName);
            yield return Path.Combine(configured, rid, "torch", FileName);
        }

        yield return Path.Combine(baseDirectory, "native", rid, "torch", FileName);
        foreach (var start in new[] { baseDirectory, currentDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var artifacts = Path.Combine(folder.FullName, "artifacts", "native", rid, "torch");
                if (Directory.Exists(artifacts))
                {
                    yield return Path.Combine(artifacts, FileName);
                    break;
                }
            }
        }
    }

    internal static nint Load(IEnumerable<string> candidates)
    {
        var looked = new List<string>();
        foreach (var candidate in candidates)
        {
            if (!File.Exists(candidate))
            {
                looked.Add(candidate);
                continue;
            }

            try
            {
                return NativeLibrary.Load(candidate);
            }
            catch (DllNotFoundException exception)
            {
                throw new DllNotFoundException(
                    $"{candidate} is there but cannot be loaded: {exception.Message} libtorch itself is missing or is another version " +
                    "than the one the library was built with. Install it and build the library again with: ./build.sh --target Engines",
                    exception);
            }
        }

        throw new DllNotFoundException(
            $"The native library {FileName} (the binding of libtorch) was not found. Looked at: {string.Join(", ", looked)}, " +
            "and for a folder artifacts/native above the program and the current directory. " +
            "Build it with: ./build.sh --target Engines, or name its folder in the environment variable SLMEDGE_NATIVE_DIR.");
    }

    private static string RuntimeIdentifier
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return system + "-" + RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => "x64",
                Architecture.Arm64 => "arm64",
                var other => other.ToString(),
            };
        }
    }

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (libraryName != Name)
        {
            return 0;
        }

        lock (Gate)
        {
            if (_handle == 0)
            {
                _handle = Load(Candidates(
                    AppContext.BaseDirectory, Environment.CurrentDirectory, Environment.GetEnvironmentVariable("SLMEDGE_NATIVE_DIR")));
            }

            return _handle;
        }
    }
}
