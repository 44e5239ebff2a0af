using System.Globalization;
using System.Runtime.InteropServices;

namespace SlmEdge.Engines.Native;

/// <summary>The memory into which this process has mapped a file.</summary>
/// <remarks>
/// llama.cpp reads a model through a mapping and copies some weights into the order that its kernels like (with q4_0 nearly all of them). The pages that they were copied from
/// stay with the process although nobody reads them again, so that such a model is held twice.
/// </remarks>
internal static partial class MappedFile
{
    // MADV_DONTNEED of Linux's mman-common.h.
    private const int DontNeed = 4;

    /// <summary>Lets go of a file's mapped pages. What is read again comes back from the kernel's cache of the file; nothing is lost.</summary>
    /// <param name="path">The file, as it was opened.</param>
    public static void Release(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // By the name alone: a folder on the way may be a link. A mapping of another file with that name loses nothing either.
        var name = "/" + Path.GetFileName(path);
        foreach (var line in Mappings())
        {
            // "7f1c0000-7f1d0000 r--s 00000000 fe:00 1234 /models/model.gguf", of which only what is shared with the file is let go of: a private page that was written would be lost.
            var dash = line.IndexOf('-', StringComparison.Ordinal);
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (line.EndsWith(name, StringComparison.Ordinal) && line.AsSpan(space + 1).StartsWith("r--s", StringComparison.Ordinal))
            {
                var start = nuint.Parse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                var end = nuint.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                _ = Advise(start, end - start, DontNeed);
            }
        }
    }

    private static string[] Mappings()
    {
        try
        {
            return File.ReadAllLines("/proc/self/maps");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // In a root without /proc the pages stay.
            return [];
        }
    }

    // Advice: where the kernel does not take it, the pages stay.
    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nuint address, nuint length, int advice);
}
