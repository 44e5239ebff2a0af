using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.Tests;

internal static class NativeEngines
{
    internal static void Require()
    {
        foreach (var report in SlmEdge.Engines.Diagnostics.Doctor.Inspect().Where(report => report.Required))
        {
            Skip.IfNot(report.Found, $"{report.Name} is not installed; run {NativeLibraries.InstallCommand}");
        }
    }
}
