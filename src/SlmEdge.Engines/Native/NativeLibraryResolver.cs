using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace SlmEdge.Engines.Native;

/// <summary>
/// Maps the names used in this assembly's imports to libraries that were loaded by full path. One resolver per
/// assembly is all that .NET allows, so every engine registers here.
/// </summary>
internal static class NativeLibraryResolver
{
    private static readonly ConcurrentDictionary<string, nint> Handles = new(StringComparer.Ordinal);

    static NativeLibraryResolver() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraryResolver).Assembly, Resolve);

    internal static void Register(string name, nint handle) => Handles[name] = handle;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        Handles.TryGetValue(name, out var handle) ? handle : 0;
}
