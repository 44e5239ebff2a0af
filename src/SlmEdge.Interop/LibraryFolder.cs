using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SlmEdge.Engines.Native;

namespace SlmEdge.Interop;

/// <summary>Where this library lies. For .NET the program's folder is that of the process, where an integrator's program need not have the engines.</summary>
internal static unsafe partial class LibraryFolder
{
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Has the engines looked for beside this library, too.</summary>
    public static void Announce() => NativeLibraries.LibraryDirectory ??= Found.Value;

    private static string? Find()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            return DlAddr((delegate* unmanaged[Cdecl]<int>)&LibraryExports.GetAbiVersion, out var info) != 0
                && Marshal.PtrToStringUTF8(info.FileName) is { Length: > 0 } file
                    ? Path.GetDirectoryName(Path.GetFullPath(file))
                    : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // Then the engines are found by the variable or beside the program.
        }
    }

    [LibraryImport("libc", EntryPoint = "dladdr")]
    private static partial int DlAddr(void* address, out DlInfo info);

    // Dl_info in dlfcn.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct DlInfo
    {
        public nint FileName;
        public nint FileBase;
        public nint SymbolName;
        public nint SymbolAddress;
    }
}
