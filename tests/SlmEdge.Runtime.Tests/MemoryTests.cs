using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Memory;
using SlmEdge.Engines.Tests;
using SlmEdge.Runtime.Memory;

namespace SlmEdge.Runtime.Tests;

public sealed class MemoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_estimate_is_near_what_the_process_grows_by()
    {
        var path = Path.Combine(folder, "model.gguf");
        new RandomLlama(1).WriteGguf(path);
        LlamaCppEngine.Open(path).Dispose(); // What the library itself takes is there before.

        // Small weights, but a key-value memory that stands out from whatever other tests do at the same time.
        var options = new LlamaCppOptions { FullSequences = 8192, BatchTokens = 8, Threads = 1 };
        var estimate = LlamaMemory.Estimate(path, options);
        estimate.KeyValues.ShouldBe(2L * RandomLlama.Layers * RandomLlama.KeyValueHeads * RandomLlama.HeadSize * 2 * ((8192 * RandomLlama.Context) + 256));
        var before = Resident();
        using var engine = LlamaCppEngine.Open(path, options);
        _ = engine.EvaluateLogits([1, 2, 3, 4]);
        var grown = Resident() - before;
        grown.ShouldBeInRange(estimate.Total / 2, estimate.Total * 2);
    }

    [Fact]
    public void A_model_that_needs_more_than_is_allowed_is_refused_with_the_figures()
    {
        using var bundle = TinyBundle.Create();
        var error = Should.Throw<ModelMemoryException>(() => bundle.Open(new RuntimeOptions { MemoryLimitBytes = 1_000_000 }));
        error.Estimate.Weights.ShouldBeGreaterThan(1_000_000);
        error.Message.ShouldContain("weights");
        error.Message.ShouldContain("1.0 MiB");
        using var runtime = bundle.Open(new RuntimeOptions { MemoryLimitBytes = error.Estimate.Total });
        runtime.Memory.ShouldBe(error.Estimate);
    }

    [Fact]
    public void What_is_free_is_more_than_nothing_and_not_more_than_the_machine_has()
    {
        AvailableMemory.Measure().ShouldBeInRange(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 4);
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
