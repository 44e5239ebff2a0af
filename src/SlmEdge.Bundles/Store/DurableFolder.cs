using System.Runtime.InteropServices;

namespace SlmEdge.Bundles.Store;

/// <summary>Brings the entries of a folder onto the disk. .NET cannot open a folder, so libc is asked; Windows needs no such call.</summary>
internal static partial class DurableFolder
{
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open the folder '{path}' to flush it: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int result = FSync(descriptor);
        string problem = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"cannot flush the folder '{path}': {problem}");
        }
    }

    /// <summary>Every folder from the inside out, then the one that holds it.</summary>
    public static void FlushTree(string path)
    {
        foreach (string inner in Directory.EnumerateDirectories(path))
        {
            FlushTree(inner);
        }

        Flush(path);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
