using System.Runtime.InteropServices;

namespace SlmEdge.Export.Bundling;

/// <summary>What the stages were scored on, for the report.</summary>
internal static class ExportingMachine
{
    public static string Describe() => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}";
}
