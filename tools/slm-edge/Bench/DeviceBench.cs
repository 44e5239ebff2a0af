using System.Diagnostics;
using SlmEdge.Bundles;
using SlmEdge.Engines.Native;
using SlmEdge.Runtime;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary>
/// Measures the models of a bundle on this device. For each model the number of threads is tried at the usual batch, then the batch at the best number of threads:
/// the two hardly depend on each other, and all pairs would take much longer.
/// </summary>
internal sealed class DeviceBench(string path, IReadOnlyList<string> texts, Action<string> tell)
{
    private const int AloneTexts = 100;

    // Other work on the device only ever adds time.
    private const int Rounds = 3;

    private static readonly int[] Batches = [128, RuntimeOptions.DefaultBatchTokens, 2048];

    /// <summary>Every setting that was measured, model by model.</summary>
    public async Task<IReadOnlyList<Measurement>> RunAsync(IReadOnlyList<int>? threads, IReadOnlyList<int>? batches, CancellationToken ct)
    {
        IReadOnlyList<(EngineChoice Engine, string File)> models;
        using (var bundle = Bundle.Open(path))
        {
            models = SlmRuntime.ListModels(bundle.Manifest);
        }

        var all = new List<Measurement>();
        foreach (var (engine, file) in models)
        {
            var own = new List<Measurement>();
            var usual = batches is [var only, ..] && !batches.Contains(RuntimeOptions.DefaultBatchTokens) ? only : RuntimeOptions.DefaultBatchTokens;
            foreach (var count in threads ?? ThreadCounts())
            {
                own.Add(await MeasureAsync(engine, file, count, usual, ct).ConfigureAwait(false));
            }

            var best = Measurement.Fastest(own) ?? own[0];
            foreach (var batch in (batches ?? Batches).Where(batch => batch != usual))
            {
                own.Add(await MeasureAsync(engine, file, best.Threads, batch, ct).ConfigureAwait(false));
            }

            all.AddRange(own);
        }

        return all;
    }

    /// <summary>Powers of two up to the physical cores, these, and all hardware threads.</summary>
    private static IReadOnlyList<int> ThreadCounts()
    {
        var counts = new SortedSet<int> { ProcessorTopology.PhysicalCores, Environment.ProcessorCount };
        for (var count = 1; count < ProcessorTopology.PhysicalCores; count *= 2)
        {
            counts.Add(count);
        }

        return [.. counts];
    }

    private async Task<Measurement> MeasureAsync(EngineChoice engine, string file, int threads, int batch, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        tell($"measuring {file}, {threads} threads, {batch} tokens a batch …");
        using var runtime = SlmRuntime.Open(path, new RuntimeOptions { Engine = engine, File = file, Threads = threads, BatchTokens = batch, UseTuning = false, QueueCapacity = Math.Max(1024, texts.Count) });
        if (runtime.EngineInfo.DescribeGpuProblem() is { } problem)
        {
            tell($"warning: {problem}");
        }

        var golden = await runtime.VerifyGoldenAsync(ct).ConfigureAwait(false);
        await runtime.Classifier.ClassifyAsync(texts[0], ct).ConfigureAwait(false); // The first evaluation also warms caches.
        var together = TimeSpan.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            await runtime.Classifier.ClassifyAsync(texts, ct).ConfigureAwait(false);
            together = TimeSpan.FromTicks(Math.Min(together.Ticks, Stopwatch.GetElapsedTime(begin).Ticks));
        }

        var alone = new List<double>();
        for (var i = 0; i < AloneTexts; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await runtime.Classifier.ClassifyAsync(texts[i % texts.Count], ct).ConfigureAwait(false);
            alone.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        alone.Sort();
        using var process = Process.GetCurrentProcess();
        return new Measurement(
            engine, file, threads, batch, texts.Count / together.TotalSeconds, alone[alone.Count / 2], alone[(int)Math.Ceiling(0.99 * alone.Count) - 1], process.WorkingSet64,
            golden.Count(result => result.Passed), golden.Count);
    }
}
