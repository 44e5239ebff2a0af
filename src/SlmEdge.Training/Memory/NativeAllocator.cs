using System.Runtime.InteropServices;

namespace SlmEdge.Training.Memory;

/// <summary>
/// Keeps glibc from returning the memory of every large tensor to the kernel. By default each block over 128 KiB is its own mapping,
/// so every activation of every step is mapped, zeroed page by page and unmapped again.
/// </summary>
internal static partial class NativeAllocator
{
    // Option numbers of mallopt(3) in glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MmapMax = -4;
    private const int KeepUpTo = 1 << 30;

    /// <summary>Applies the setting once per process; does nothing where there is no glibc.</summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallocOption(MmapMax, 0);
            _ = MallocOption(TrimThreshold, KeepUpTo);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: its own policy stands.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallocOption(int option, int value);
}
