using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Benchmarks.Models;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Weights;

namespace SlmEdge.Benchmarks.Memory;

/// <summary>Exports of a model of real size, each in its own process: seconds and peak memory.</summary>
internal static class ExportMemoryBenchmark
{
    /// <summary>The hidden command with which the benchmark starts itself.</summary>
    public const string StepCommand = "export-step";

    public static void Run(BenchmarkArguments arguments)
    {
        var (folder, temporary) = RandomCheckpoint.Prepare(arguments);
        var output = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;
        try
        {
            var checkpoint = Directory.EnumerateFiles(folder, "*.safetensors").Sum(f => new FileInfo(f).Length);
            Console.WriteLine($"export-memory: {Machine.Describe()}, {arguments.Required("shape")}, {ProcessMemory.Text(checkpoint)} of bf16");
            var table = new MarkdownTable("form", "seconds", "written", "peak memory");
            foreach (var form in (arguments.Text("forms") ?? "f16,q4_k_m,int4").Split(','))
            {
                var measured = ChildProcess.Run<ExportMeasurement>(StepCommand, "--folder", folder, "--out", Path.Combine(output, form), "--form", form);
                table.Add(form, measured.Seconds.ToString("0.0", CultureInfo.InvariantCulture), ProcessMemory.Text(measured.Written), ProcessMemory.Text(measured.Peak));
            }

            table.Print();
        }
        finally
        {
            Directory.Delete(output, recursive: true);
            if (temporary)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>One export.</summary>
    public static void RunStep(BenchmarkArguments arguments)
    {
        var (form, output) = (arguments.Required("form"), arguments.Required("out"));
        var clock = Stopwatch.StartNew();
        using var weights = ModelWeights.Open(arguments.Required("folder"));
        long written;
        if (Enum.TryParse(form, ignoreCase: true, out OnnxPrecision precision))
        {
            OnnxExporter.Export(weights, output, precision);
            written = OnnxExporter.ModelFiles(output).Sum(f => new FileInfo(f).Length);
            Directory.Delete(output, recursive: true);
        }
        else
        {
            GgufExporter.Export(weights, output, Enum.Parse<GgufQuantization>(form, ignoreCase: true));
            written = new FileInfo(output).Length;
            File.Delete(output);
        }

        Console.WriteLine(JsonSerializer.Serialize(new ExportMeasurement(clock.Elapsed.TotalSeconds, written, ProcessMemory.Peak), JsonSerializerOptions.Web));
    }
}
