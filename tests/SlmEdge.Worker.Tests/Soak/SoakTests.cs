using System.Globalization;
using SlmEdge.Benchmarks.Soak;
using SlmEdge.Tasks;
using Xunit.Abstractions;

namespace SlmEdge.Worker.Tests.Soak;

/// <summary>A short version of <c>SlmEdge.Benchmarks soak</c>; in a category of its own, because it takes three minutes on any machine.</summary>
[Trait("Category", "Soak")]
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Three_minutes_of_mixed_load_fail_no_request_and_leave_memory_handles_and_threads_where_they_were()
    {
        using var classifies = TinyBundle.Create();
        using var extracts = new WritingBundle(TaskKind.Extract);
        var program = Path.Combine(AppContext.BaseDirectory, "slm-edge.dll");
        var runs = await Task.WhenAll(new[] { classifies.Path, extracts.FilePath }.Select(bundle => SoakRun.RunAsync(program, bundle, 1, TimeSpan.FromMinutes(3), null)));
        foreach (var run in runs)
        {
            foreach (var (operation, latencies, busy) in run.Operations)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation}: {latencies.Count} answers, p50 {latencies.Percentile(0.5):0.0} ms, p99 {latencies.Percentile(0.99):0.0} ms, {busy} busy"));
                latencies.Count.ShouldBeGreaterThan(0, operation);
            }

            foreach (var process in run.Processes)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.Name}: {process.Early} after the warm-up, {process.Late} at the end ({process.Growth:P1})"));
            }
        }

        runs.SelectMany(run => run.Faults).ShouldBeEmpty();
    }
}
