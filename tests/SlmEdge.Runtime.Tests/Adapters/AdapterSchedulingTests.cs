using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests.Adapters;

/// <summary>Requests are grouped by adapter, nobody starves, and an adapter stays as long as something of it is under way.</summary>
public sealed class AdapterSchedulingTests : IDisposable
{
    private readonly GatedEngine engine = new() { BatchTokens = 8, Favoured = 100 };
    private readonly AdapterSlot a = new("a");
    private readonly AdapterSlot b = new("b");

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task Interleaved_requests_are_let_in_adapter_by_adapter_and_an_evaluation_has_tokens_of_one()
    {
        using var scheduler = await LoadAsync(batchTexts: 4);
        engine.Open(1);
        var first = scheduler.Enqueue(Score(null, 9));
        await engine.EnteredAsync();
        await engine.EnteredAsync();

        // Twelve of each, one of a after one of b.
        var waiting = Enumerable.Range(0, 24).Select(i => scheduler.Enqueue(Score(i % 2 == 0 ? a : b, i % 2 == 0 ? 10 : 20))).ToArray();
        engine.Open(1000);
        await Task.WhenAll([first, .. waiting]);
        for (var i = 0; i < engine.Batches.Count; i++)
        {
            engine.Batches[i].Where(token => token is 10 or 20).ShouldAllBe(token => token == (engine.Adapters[i] == "a" ? 10 : 20));
        }

        Switches().ShouldBeLessThanOrEqualTo(8, "four requests a turn make three turns for each, not twelve");
        string.Join(' ', engine.Adapters.Skip(2).Select(adapter => adapter ?? "-")).ShouldStartWith("a a");
    }

    [Fact]
    public async Task Neither_adapter_starves_while_the_other_always_has_more_to_write()
    {
        using var model = new RandomModel("f32", repeatable: false);
        using var scheduler = await LoadAsync(batchTexts: 8);
        engine.Open(10_000);
        var long1 = scheduler.Enqueue(new GenerateRequest([1, 2], 200, model.Tokenizer) { Adapter = a });
        var long2 = scheduler.Enqueue(new GenerateRequest([3, 4], 200, model.Tokenizer) { Adapter = b });
        await Task.WhenAll(long1, long2);
        var turns = new List<int>();
        var length = 0;
        for (var i = 0; i < engine.Adapters.Count; i++)
        {
            length++;
            if (i + 1 == engine.Adapters.Count || engine.Adapters[i + 1] != engine.Adapters[i])
            {
                turns.Add(length);
                length = 0;
            }
        }

        // All but the last, which has nobody to wait for.
        turns.Count.ShouldBeGreaterThan(10);
        turns.SkipLast(2).ShouldAllBe(turn => turn <= AdapterTurns.EvaluationsPerTurn);
    }

    [Fact]
    public async Task A_more_urgent_request_ends_the_turn_of_another_adapter()
    {
        using var model = new RandomModel("f32", repeatable: false);
        using var scheduler = await LoadAsync(batchTexts: 8);
        engine.Open(2);
        var written = scheduler.Enqueue(new GenerateRequest([1, 2], 200, model.Tokenizer) { Adapter = a });
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        var urgent = scheduler.Enqueue(Score(b, 20, RequestPriority.High));
        engine.Open(10_000);
        await urgent;
        engine.Adapters.IndexOf("b").ShouldBe(3, "the evaluation after the one that ran");
        await written;
    }

    [Fact]
    public async Task An_adapter_is_freed_only_when_nothing_of_it_is_under_way_even_if_its_callers_have_gone()
    {
        using var scheduler = await LoadAsync(batchTexts: 4);
        using var leaving = new CancellationTokenSource();
        var gone = scheduler.Enqueue(new ScoreRequest([0], [10], new LabelTrie([[1], [2]])) { Adapter = a, Cancellation = leaving.Token });
        await engine.EnteredAsync();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        var freed = scheduler.UnloadAdapterAsync(a);
        engine.Loaded.ShouldContain("a", "the evaluation that runs computes with it");
        engine.Open(1000);
        await freed;
        engine.Loaded.ShouldBe(["b"]);
        a.Requests.ShouldBe(0);
        (await scheduler.Enqueue(Score(b, 20))).LogProbs.Length.ShouldBe(2);
    }

    private async Task<SequenceScheduler> LoadAsync(int batchTexts)
    {
        var scheduler = new SequenceScheduler(engine, new SchedulerOptions { BatchTokens = 8, BatchTexts = batchTexts });
        await scheduler.LoadAdapterAsync(a, "a.gguf");
        await scheduler.LoadAdapterAsync(b, "b.gguf");
        return scheduler;
    }

    private static ScoreRequest Score(AdapterSlot? adapter, int token, RequestPriority priority = RequestPriority.Normal) =>
        new([0], [token], new LabelTrie([[1], [2]])) { Adapter = adapter, Priority = priority };

    private int Switches() => engine.Adapters.Zip(engine.Adapters.Skip(1)).Count(pair => pair.First != pair.Second);
}
