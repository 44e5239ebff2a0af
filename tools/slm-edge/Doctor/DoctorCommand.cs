using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Engines.Diagnostics;
using SlmEdge.Engines.Memory;
using SlmEdge.Engines.Native;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Doctor;

/// <summary><c>slm-edge doctor</c>: which engines work here, what memory is free, and how to install those that do not.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Says which engines work on this machine: version, path, CPU level, threads, GPU, the memory that is free, and how to install a missing one.");
        var asJson = new Option<bool>("--json") { Description = "For programs." };
        command.Options.Add(asJson);
        command.SetAction((parsed, _) =>
        {
            var reports = SlmEdge.Engines.Diagnostics.Doctor.Inspect();
            if (parsed.GetValue(asJson))
            {
                WriteJson(reports);
            }
            else
            {
                WriteText(reports);
            }

            return Task.FromResult(reports.All(report => report.Found || !report.Required) ? ExitCodes.Done : ExitCodes.Failed);
        });
        return command;
    }

    // One block per engine instead of a table: a path does not fit a column, and a cut path is of no use.
    private static void WriteText(IReadOnlyList<EngineReport> reports)
    {
        Console.WriteLine($"Runtime     {NativeLibraries.RuntimeIdentifier}, .NET {Environment.Version}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Memory      {AvailableMemory.Measure() / 1048576.0:n0} MiB free for models"));
        foreach (var report in reports)
        {
            Console.WriteLine();
            Console.WriteLine($"{report.Name}: {(report.Found ? "found" : report.Required ? "MISSING" : "not installed (not needed here)")}");
            Field("version", report.Version);
            Field("path", report.LibraryPath);
            Field("cpu level", report.CpuLevel);
            Field("threads", report.Found ? report.Threads.ToString(CultureInfo.InvariantCulture) : null);
            Field("gpu", report.Version is null ? null : report.Gpu ?? (report.GpuProblem is { } why ? $"no: {why}" : "no"));
            Field("problem", report.Problem);
            Field("install", report.InstallCommand);
        }
    }

    private static void Field(string name, string? value)
    {
        if (value is not null)
        {
            Console.WriteLine($"  {name,-10}{value}");
        }
    }

    private static void WriteJson(IReadOnlyList<EngineReport> reports)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("runtimeIdentifier", NativeLibraries.RuntimeIdentifier);
            json.WriteString("dotnet", Environment.Version.ToString());
            json.WriteNumber("memoryAvailableBytes", AvailableMemory.Measure());
            json.WriteStartArray("engines");
            foreach (var report in reports)
            {
                json.WriteStartObject();
                json.WriteString("name", report.Name);
                json.WriteBoolean("found", report.Found);
                json.WriteBoolean("required", report.Required);
                json.WriteString("version", report.Version);
                json.WriteString("path", report.LibraryPath);
                json.WriteString("cpuLevel", report.CpuLevel);
                json.WriteNumber("threads", report.Threads);
                json.WriteBoolean("gpu", report.Gpu is not null);
                json.WriteString("gpuName", report.Gpu);
                json.WriteString("gpuProblem", report.GpuProblem);
                json.WriteString("problem", report.Problem);
                json.WriteString("install", report.InstallCommand);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }
}
