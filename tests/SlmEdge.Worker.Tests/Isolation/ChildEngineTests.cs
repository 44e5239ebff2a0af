using System.Diagnostics;
using System.Globalization;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Memory;
using SlmEdge.Runtime.Tests;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Serving;
using Xunit.Abstractions;

namespace SlmEdge.Worker.Tests.Isolation;

/// <summary>The engine's process ends in every way that a process can end, with the real program and a real model.</summary>
public sealed class ChildEngineTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 64;

    private readonly TinyBundle bundle = TinyBundle.Create();

    public void Dispose() => bundle.Dispose();

    [Fact]
    public async Task An_engine_in_its_own_process_decides_as_one_in_this_process()
    {
        await using var child = await StartAsync();
        using var runtime = bundle.Open();
        string[] texts = ["hyd hose leaking", "engine does not start"];
        var here = await runtime.Classifier.ClassifyAsync(texts);
        var there = await child.ClassifyAsync(texts, default);
        there.Select(decision => decision.Label).ShouldBe(here.Select(decision => decision.Label));
        there.SelectMany(decision => decision.Scores).ShouldBe(here.SelectMany(decision => decision.Scores));
        child.Bundle.Manifest.Name.ShouldBe(runtime.Manifest.Name);
        (await Should.ThrowAsync<InvalidTextException>(() => child.ClassifyAsync(["good", ""], default))).Index.ShouldBe(1);
    }

    [Fact]
    public async Task An_abort_while_clients_wait_costs_only_the_request_that_aborts_it_twice()
    {
        await using var child = await StartAsync();
        var watch = Stopwatch.StartNew();
        var waiting = Enumerable.Range(0, Clients).Select(i => child.ClassifyAsync([i == Clients / 2 ? FaultInjection.Abort : $"text {i}"], default)).ToArray();
        await Should.ThrowAsync<PoisonRequestException>(() => waiting[Clients / 2]);
        foreach (var (answer, index) in waiting.Select((answer, index) => (answer, index)).Where(pair => pair.index != Clients / 2))
        {
            (await answer).Single().Text.ShouldBe($"text {index}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"two aborts and all {Clients} answers: {watch.Elapsed.TotalSeconds:0.00} s"));
        (await child.ClassifyAsync(["afterwards"], default)).ShouldHaveSingleItem();
        child.Health.ShouldBe(EngineHealth.Ready);
    }

    [Fact]
    public async Task A_kill_from_outside_loses_no_request()
    {
        await using var child = await StartAsync();
        var before = child.ProcessId!.Value;
        var waiting = Enumerable.Range(0, Clients).Select(i => child.ClassifyAsync([$"text {i}"], default)).ToArray();
        var watch = Stopwatch.StartNew();
        using (var process = Process.GetProcessById(before))
        {
            process.Kill();
        }

        (await Task.WhenAll(waiting)).Select(answer => answer.Single().Text).ShouldBe(Enumerable.Range(0, Clients).Select(i => $"text {i}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one SIGKILL and all {Clients} answers: {watch.Elapsed.TotalSeconds:0.00} s"));
        child.ProcessId.ShouldNotBe(before);
    }

    [Fact]
    public async Task An_engine_that_stands_still_is_ended_and_its_requests_are_answered()
    {
        await using var child = await StartAsync(new IsolationOptions { HeartbeatLimit = TimeSpan.FromSeconds(5) });
        var before = child.ProcessId!.Value;
        using (var signal = Process.Start("kill", ["-STOP", before.ToString(CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync();
        }

        (await child.ClassifyAsync(["waits for the next life"], default)).ShouldHaveSingleItem();
        child.ProcessId.ShouldNotBe(before);
    }

    [Fact]
    public async Task A_bundle_that_does_not_open_is_an_error_with_the_reason_of_the_engines_process() =>
        (await Should.ThrowAsync<RuntimeException>(() => ChildEngine.StartAsync(bundle.Path + ".gone", new RuntimeOptions(), Options(), new WorkerLog(null), default)))
            .Message.ShouldContain(".gone");

    [Fact]
    public async Task Vectors_come_over_as_the_engines_process_computes_them()
    {
        await using var child = await StartAsync();
        using var runtime = bundle.Open();
        using var embedder = runtime.OpenEmbedder();
        var expected = await embedder.EmbedAsync(["A dog.", "A cat ran."]);
        var answer = await child.EmbedAsync(["A dog.", "A cat ran."], default);
        answer.Select(text => text.Vector.ToArray()).ShouldBe(expected.Select(text => text.Vector.ToArray()));
        (await Should.ThrowAsync<InvalidTextException>(() => child.EmbedAsync(["A dog.", " "], default))).Index.ShouldBe(1);
    }

    [Fact]
    public async Task An_engine_that_outgrows_its_memory_is_ended_with_the_request_that_grows_it_and_answers_the_others()
    {
        await using var child = await StartAsync(new IsolationOptions { MemoryLimitBytes = 400L << 20 });
        var grows = child.ClassifyAsync([FaultInjection.Grow], default);
        (await Should.ThrowAsync<PoisonRequestException>(() => grows)).Message.ShouldContain("its ceiling is 400 MiB");
        (await child.ClassifyAsync(["afterwards"], default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_evaluation_that_hangs_is_ended_after_its_time_with_the_request_that_hangs()
    {
        await using var child = await StartAsync(new IsolationOptions { PassLimit = TimeSpan.FromSeconds(3) });
        var hangs = child.ClassifyAsync([FaultInjection.Hang], default);
        (await Should.ThrowAsync<PoisonRequestException>(() => hangs)).Message.ShouldContain("an evaluation took more than 3 s");
        (await child.ClassifyAsync(["afterwards"], default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Memory_that_is_short_in_the_engines_process_is_said_here_with_its_figures()
    {
        var error = await Should.ThrowAsync<ModelMemoryException>(() =>
            ChildEngine.StartAsync(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, Threads = 1, MemoryLimitBytes = 1_000_000 }, Options(), new WorkerLog(null), default));
        error.Limit.ShouldBe(1_000_000);
        error.Estimate.Total.ShouldBeGreaterThan(1_000_000);
    }

    [Fact]
    public async Task Adapters_decide_in_the_engines_process_also_after_it_was_started_again()
    {
        using var model = new AdaptedModel();
        var options = new RuntimeOptions { CacheDirectory = Path.Combine(model.Folder, "cache"), Threads = 1 };
        await using var child = await ChildEngine.StartAsync(model.BundlePath, options, Options(), new WorkerLog(null), default);
        await child.LoadAdapterAsync(model.AdapterBundle(1, "billing"), new AdapterLoadOptions(), default);
        var asked = new ClassificationOptions { Adapter = "billing", Priority = RequestPriority.Low };
        var before = (await child.ClassifyAsync(["oil"], asked, default)).Single();
        before.Adapter!.Name.ShouldBe("billing");
        using (var process = Process.GetProcessById(child.ProcessId!.Value))
        {
            process.Kill();
        }

        var after = (await child.ClassifyAsync(["oil"], asked, default)).Single();
        after.Scores.ShouldBe(before.Scores);
        (await child.ClassifyAsync(["oil"], default)).Single().Scores.ShouldNotBe(before.Scores);
        (await Should.ThrowAsync<AdapterException>(() => child.ClassifyAsync(["oil"], new ClassificationOptions { Adapter = "other" }, default))).Refusal.ShouldBe(AdapterRefusal.UnknownName);
    }

    [Fact]
    public async Task Nobody_answers_after_disposal()
    {
        var child = await StartAsync();
        await child.DisposeAsync();
        await Should.ThrowAsync<RuntimeStoppedException>(() => child.ClassifyAsync(["late"], default));
        child.ProcessId.ShouldBeNull();
    }

    private static IsolationOptions Options(IsolationOptions? options = null) => (options ?? new IsolationOptions()) with
    {
        HostCommand = ["dotnet", Path.Combine(AppContext.BaseDirectory, "slm-edge.dll"), EngineHost.CommandName, EngineHost.FaultArgument],
    };

    private Task<ChildEngine> StartAsync(IsolationOptions? options = null) =>
        ChildEngine.StartAsync(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, Threads = 1 }, Options(options), new WorkerLog(null), default);
}
