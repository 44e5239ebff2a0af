using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Memory;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Uses files that it is told of, one a line, and answers each with a line: what became of it and how much memory that took. Damage that ends
/// the process ends this one only.
/// </summary>
internal static class NativeFuzzWorker
{
    public const string Command = "fuzz-native-worker";

    public static void Run(BenchmarkArguments arguments)
    {
        var target = NativeTarget.All.Single(one => one.Name == arguments.Required("target"));
        while (Console.In.ReadLine() is { } path)
        {
            GC.Collect();
            ResetPeak();
            var before = Machine.StatusBytes("VmRSS");
            var outcome = Use(target, path);
            var used = ProcessMemory.Peak - before;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"answer\t{outcome.Kind}\t{used}\t{outcome.Message.ReplaceLineEndings(" ")}"));
        }
    }

    private static (FuzzOutcome Kind, string Message) Use(NativeTarget target, string path)
    {
        try
        {
            target.Use(path);
            return (FuzzOutcome.Used, "");
        }
        catch (NotFiniteNumberException error)
        {
            return (FuzzOutcome.NotFinite, error.Message);
        }
        catch (Exception error) when (NativeTarget.IsRefusal(error))
        {
            return (FuzzOutcome.Refused, error.Message);
        }
        catch (Exception error)
        {
            return (FuzzOutcome.Untyped, error.ToString());
        }
    }

    // Linux: 5 sets the largest resident size back to the present one (proc(5), clear_refs).
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");
}
