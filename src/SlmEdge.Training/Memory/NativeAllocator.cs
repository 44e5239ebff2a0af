using System.Runtime.InteropServices;

namespace SlmEdge.Training.Memory;

/// <summary>
/// How glibc treats freed memory. By default each block over 128 KiB (a limit that grows while a program runs) is a mapping of its own, so every
/// activation of every step of a small model is mapped, zeroed page by page and unmapped again; if nothing is ever mapped apart, blocks of many
/// sizes leave holes that count as this process's memory. So blocks are kept for reuse up to a size whose zeroing is nothing beside the products
/// that fill it, and larger ones go back to the kernel the moment they are freed.
/// </summary>
internal static partial class NativeAllocator
{
    // Option numbers of mallopt(3) in glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int KeepAtTop = 256 << 20;

    /// <summary>The largest value that mallopt takes for the threshold on 64-bit machines.</summary>
    private const int KeptBlocks = 32 << 20;

    /// <summary>Where memory counts more than time: above the tables of a large model's layers, whose holes would add up.</summary>
    private const int KeptBlocksWhenLean = 4 << 20;

    /// <summary>Applies the setting; does nothing where there is no glibc.</summary>
    /// <param name="lean">Keep small blocks only, for runs that are to need as little memory as they can.</param>
    public static void KeepFreedMemory(bool lean = false)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallocOption(MmapThreshold, lean ? KeptBlocksWhenLean : KeptBlocks);
            _ = MallocOption(TrimThreshold, KeepAtTop);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: its own policy stands.
        }
    }

    /// <summary>Gives what is freed but kept back to the kernel, holes between blocks included: after a phase that needed more than the next one will.</summary>
    public static void ReturnFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: its own policy stands.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int MallocOption(int option, int value);
}
