using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

public sealed class BatchSchedulerTests : IDisposable
{
    private readonly GatedEngine engine = new();
    private readonly LabelTrie labels = new([[1], [2]]);

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task Texts_that_wait_are_evaluated_together_up_to_the_budgets()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 4, queue: 100);
        var first = scheduler.Enqueue([7], default);
        await engine.EnteredAsync();
        Task<ScoreResult>[] waiting =
        [
            .. Enumerable.Range(1, 6).Select(i => scheduler.Enqueue([i], default)), // four texts, then two more …
            scheduler.Enqueue([7, 0, 0, 0, 0, 0, 0], default),                      // … and seven tokens: nine of ten
            scheduler.Enqueue([8, 0], default),                                     // two more would be eleven
            scheduler.Enqueue(new int[50], default),                                // alone over the budget: alone
        ];
        engine.Open(100);
        await Task.WhenAll(waiting);
        engine.BatchSizes.ShouldBe([1, 4, 3, 1, 1]);
        (await first).LogProbs.ShouldBe([-7f, -8f]);
        (await waiting[2]).LogProbs.ShouldBe([-3f, -4f]);
        (await waiting[2]).BatchTexts.ShouldBe(4);
    }

    [Fact]
    public async Task One_text_more_than_the_queue_holds_is_answered_with_busy()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 1, queue: 2);
        var running = scheduler.Enqueue([1], default);
        await engine.EnteredAsync();
        var waiting = new[] { scheduler.Enqueue([2], default), scheduler.Enqueue([3], default) };
        var busy = Should.Throw<RuntimeBusyException>(() => { _ = scheduler.Enqueue([4], default); });
        busy.QueueCapacity.ShouldBe(2);
        busy.RetryAfter.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        scheduler.Waiting.ShouldBe(2);
        engine.Open(3);
        await running;
        await Task.WhenAll(waiting);
        var after = scheduler.Enqueue([5], default);
        engine.Open(1);
        (await after).LogProbs[0].ShouldBe(-5f);
    }

    [Fact]
    public async Task A_caller_that_waits_for_room_gets_it()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 1, queue: 1);
        var running = scheduler.Enqueue([1], default);
        await engine.EnteredAsync();
        var waiting = scheduler.Enqueue([2], default);
        var patient = scheduler.EnqueueWhenRoomAsync([3], default);
        patient.IsCompleted.ShouldBeFalse();
        engine.Open(3);
        (await await patient).LogProbs[0].ShouldBe(-3f);
        await Task.WhenAll(running, waiting);
    }

    [Fact]
    public async Task A_cancelled_request_ends_at_once_and_is_never_evaluated()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 8, queue: 10);
        var running = scheduler.Enqueue([1], default);
        await engine.EnteredAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = scheduler.Enqueue([2], cancel.Token);
        var other = scheduler.Enqueue([3], default);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        running.IsCompleted.ShouldBeFalse();
        engine.Open(2);
        await Task.WhenAll(running, other);
        engine.BatchSizes.ShouldBe([1, 1]);
        Should.Throw<OperationCanceledException>(() => { _ = scheduler.Enqueue([4], cancel.Token); });
    }

    [Fact]
    public async Task An_evaluation_stops_when_all_its_callers_have_cancelled_and_not_before()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 8, queue: 10);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var blocking = scheduler.Enqueue([9], default);
        await engine.EnteredAsync();
        var requests = new[] { scheduler.Enqueue([1], first.Token), scheduler.Enqueue([2], second.Token) };
        engine.Open(1);
        await engine.EnteredAsync();
        await first.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => requests[0]);
        requests[1].IsCompleted.ShouldBeFalse();
        await second.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => requests[1]);

        // The gate was never opened for that batch: the loop is free again only because the evaluation was stopped.
        var next = scheduler.Enqueue([3], default);
        await engine.EnteredAsync();
        engine.Open(1);
        (await next).LogProbs[0].ShouldBe(-3f);
        await blocking;
        engine.BatchSizes.ShouldBe([1, 2, 1]);
    }

    [Fact]
    public async Task One_text_that_cannot_be_evaluated_does_not_spoil_the_others_of_its_batch()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 8, queue: 10);
        var blocking = scheduler.Enqueue([9], default);
        await engine.EnteredAsync();
        var good = scheduler.Enqueue([1], default);
        var bad = scheduler.Enqueue([GatedEngine.Poison], default);
        var alsoGood = scheduler.Enqueue([2], default);
        engine.Open(10);
        (await good).LogProbs[0].ShouldBe(-1f);
        (await alsoGood).LogProbs[0].ShouldBe(-2f);
        (await Should.ThrowAsync<RuntimeException>(() => bad)).Message.ShouldContain("this text cannot be evaluated");
        await blocking;
    }

    [Fact]
    public async Task Disposal_stops_the_evaluation_that_runs_and_answers_all_that_wait()
    {
        var scheduler = Create(batchTokens: 10, batchTexts: 1, queue: 2);
        var running = scheduler.Enqueue([1], default);
        await engine.EnteredAsync();
        var waiting = new[] { scheduler.Enqueue([2], default), scheduler.Enqueue([3], default) };
        var patient = scheduler.EnqueueWhenRoomAsync([4], default).AsTask();
        scheduler.Dispose();
        await Should.ThrowAsync<RuntimeStoppedException>(() => running);
        await Should.ThrowAsync<RuntimeStoppedException>(() => waiting[0]);
        await Should.ThrowAsync<RuntimeStoppedException>(() => waiting[1]);
        await Should.ThrowAsync<RuntimeStoppedException>(async () => await await patient);
        Should.Throw<RuntimeStoppedException>(() => { _ = scheduler.Enqueue([5], default); });
        scheduler.Dispose();
    }

    private BatchScheduler Create(int batchTokens, int batchTexts, int queue) => new(engine, [0], labels, batchTokens, batchTexts, queue);
}
