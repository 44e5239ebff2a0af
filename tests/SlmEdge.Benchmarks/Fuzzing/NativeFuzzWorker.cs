using System.Globalization;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>
/// Uses files that it is told of, one a line (target, tab, path), and answers each with a line: what became of it and how much memory that took. Damage that ends
/// the process ends this one only.
/// </summary>
internal static class NativeFuzzWorker
{
    public const string Command = "fuzz-native-worker";

    public static void Run()
    {
        while (Console.In.ReadLine()?.Split('\t', 2) is [var name, var path])
        {
            var target = NativeTarget.All.Single(one => one.Name == name);
            GC.Collect();
            ResetPeak();
            var before = StatusBytes("VmRSS");
            var outcome = Use(target, path);
            var used = StatusBytes("VmHWM") - before;
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

    private static long StatusBytes(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(field.Length + 1).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    // Linux: 5 sets the largest resident size back to the present one (proc(5), clear_refs).
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");
}
