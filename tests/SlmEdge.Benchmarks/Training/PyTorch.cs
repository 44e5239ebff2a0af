using System.Diagnostics;

namespace SlmEdge.Benchmarks.Training;

/// <summary>A Python that has torch.</summary>
internal static class PyTorch
{
    // Debian's packages belong to Debian's own interpreter, which need not be the first on the PATH.
    private static readonly string[] Usual = ["python3", "/usr/bin/python3"];

    /// <summary>The given interpreter, or the first of the usual ones, that can import torch; null when there is none.</summary>
    public static string? Find(string? chosen) => (chosen is null ? Usual : [chosen]).FirstOrDefault(HasTorch);

    private static bool HasTorch(string python)
    {
        try
        {
            var start = new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardError = true };
            using var process = Process.Start(start);
            process?.StandardError.ReadToEnd();
            process?.WaitForExit();
            return process is { ExitCode: 0 };
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
