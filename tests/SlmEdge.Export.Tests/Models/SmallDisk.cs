using System.Diagnostics;

namespace SlmEdge.Export.Tests.Models;

/// <summary>A file system that is full soon.</summary>
internal static class SmallDisk
{
    public static bool TryMount(string folder, string size) => Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder) == 0;

    public static void Unmount(string folder) => Run("umount", folder);

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
