using System.Globalization;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Soak;

/// <summary>A service under mixed load for a while, and what became of its waiting times, memory, handles and threads.</summary>
internal sealed class SoakRun
{
    /// <summary>How much more resident memory may be there at the end than after the warm-up; a run below ten minutes may have 4 MiB more.</summary>
    public const double MostGrowth = 0.02;

    // Heaps and compiled code come to rest after so many requests, not after so many seconds: a short run on a busy machine may not get there.
    private const long ShortRunSlack = 4 << 20;
    private static readonly TimeSpan ShortRun = TimeSpan.FromMinutes(10);

    // Connections and threads of a pool come and go by a few; what leaks, leaks by the request.
    private const int MostMore = 4;

    private SoakRun(IReadOnlyList<(ProcessSample Service, ProcessSample Engine)> samples, IReadOnlyList<ProcessCourse> processes, IReadOnlyList<(string, LatencyHistogram, int)> operations, IReadOnlyList<string> faults)
    {
        Samples = samples;
        Processes = processes;
        Operations = operations;
        Faults = faults;
    }

    /// <summary>One a second.</summary>
    public IReadOnlyList<(ProcessSample Service, ProcessSample Engine)> Samples { get; }

    public IReadOnlyList<ProcessCourse> Processes { get; }

    public IReadOnlyList<(string Operation, LatencyHistogram Latencies, int Busy)> Operations { get; }

    /// <summary>What must not be: errors other than "busy", growth, an engine that was started again.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Starts a service and loads it.</summary>
    /// <param name="program">slm-edge.</param>
    /// <param name="bundle">What it serves.</param>
    /// <param name="threads">Threads of the engine.</param>
    /// <param name="duration">How long, the warm-up included.</param>
    /// <param name="folder">Where its data goes; null for the temporary folder.</param>
    public static async Task<SoakRun> RunAsync(string program, string bundle, int threads, TimeSpan duration, string? folder)
    {
        using var service = await SoakService.StartAsync(program, bundle, threads, folder);
        using var load = new SoakLoad(new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(5) });
        using var stop = new CancellationTokenSource();
        var work = load.RunAsync(stop.Token);
        var samples = new List<(ProcessSample Service, ProcessSample Engine)>();
        using (var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            while (samples.Count < duration.TotalSeconds && !work.IsCompleted)
            {
                await seconds.WaitForNextTickAsync();
                samples.Add((ProcessSample.Of(service.ServiceId), ProcessSample.Of(service.EngineId)));
            }
        }

        var faults = new List<string>();
        if (service.FindEngine() != service.EngineId)
        {
            faults.Add($"the engine was started again: {service.Log}");
        }

        await stop.CancelAsync();
        await work;
        faults.AddRange(load.OtherErrors);

        // Half of a short run, ten minutes of a long one.
        var warmup = Math.Min(samples.Count / 2, 600);
        var window = Math.Clamp(samples.Count / 6, 1, 300);
        ProcessCourse[] processes =
        [
            ProcessCourse.Of("service", [.. samples.Select(sample => sample.Service)], warmup, window),
            ProcessCourse.Of("engine", [.. samples.Select(sample => sample.Engine)], warmup, window),
        ];
        foreach (var process in processes)
        {
            if (process.Late.Resident - process.Early.Resident > Math.Max(MostGrowth * process.Early.Resident, duration < ShortRun ? ShortRunSlack : 0))
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"the {process.Name}'s resident memory grew by {process.Growth:P1}"));
            }

            if (process.Late.Handles > process.Early.Handles + MostMore)
            {
                faults.Add($"the {process.Name} has {process.Late.Handles} open handles, after the warm-up it had {process.Early.Handles}");
            }

            if (process.Late.Threads > process.Early.Threads + MostMore)
            {
                faults.Add($"the {process.Name} has {process.Late.Threads} threads, after the warm-up it had {process.Early.Threads}");
            }
        }

        return new SoakRun(samples, processes, [.. load.Latencies.Select(item => (item.Operation, item.Latencies, load.Busy(item.Operation)))], faults);
    }
}
