using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

public sealed class SequenceSchedulerTests : IDisposable
{
    // All logits of the gated engine are alike.
    private static readonly float Even = -MathF.Log(1000);

    private readonly GatedEngine engine = new();
    private readonly LabelTrie labels = new([[1], [2]]);

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task Texts_that_wait_are_evaluated_together_up_to_the_budgets_behind_a_prefix_that_is_evaluated_once()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 4);
        engine.Open(1);
        var first = scheduler.Enqueue(Score(7));
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        var waiting = Enumerable.Range(11, 6).Select(i => scheduler.Enqueue(Score(i))).ToArray();
        engine.Open(100);
        await Task.WhenAll(waiting);
        engine.Batches.Select(batch => string.Join(' ', batch)).ShouldBe(["0", "7", "11 12 13 14", "15 16"]);
        (await first).LogProbs.ShouldAllBe(score => Math.Abs(score - Even) < 1e-4f);
        (await waiting[2]).BatchTexts.ShouldBe(4);
    }

    [Fact]
    public async Task A_long_text_is_read_in_parts_and_does_not_keep_short_ones_waiting()
    {
        using var scheduler = Create(batchTokens: 8, batchTexts: 4);
        engine.Open(1);
        var texts = new[] { scheduler.Enqueue(Score([.. Enumerable.Repeat(5, 20)])), scheduler.Enqueue(Score(6)), scheduler.Enqueue(Score(7, 7)) };
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        engine.Open(1);
        var late = scheduler.Enqueue(Score(8));
        await engine.EnteredAsync();
        engine.Open(100);
        await Task.WhenAll([.. texts, late]);
        engine.Batches.Sum(batch => batch.Length).ShouldBe(1 + 20 + 1 + 2 + 1);
        engine.Batches.ShouldAllBe(batch => batch.Length <= 8);
        var firstWithShort = engine.Batches.FindIndex(batch => batch.Contains(8));
        engine.Batches.Skip(firstWithShort + 1).ShouldContain(batch => batch.Contains(5), "the short one was not behind the long one");
    }

    [Fact]
    public async Task One_text_more_than_the_queue_holds_is_answered_with_busy()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 1, queue: 2);
        engine.Open(1);
        var running = scheduler.Enqueue(Score(1));
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        var waiting = new[] { scheduler.Enqueue(Score(2)), scheduler.Enqueue(Score(3)) };
        var busy = Should.Throw<RuntimeBusyException>(() => { _ = scheduler.Enqueue(Score(4)); });
        busy.QueueCapacity.ShouldBe(2);
        busy.RetryAfter.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        scheduler.Waiting.ShouldBe(2);
        var patient = scheduler.EnqueueWhenRoomAsync(Score(5));
        patient.IsCompleted.ShouldBeFalse();
        engine.Open(100);
        await running;
        await Task.WhenAll(waiting);
        await await patient;
        await scheduler.Enqueue(Score(6));
    }

    [Fact]
    public async Task The_more_urgent_goes_first_and_what_waited_beyond_its_deadline_is_not_started()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 1);
        engine.Open(1);
        var running = scheduler.Enqueue(Score(1));
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        var low = scheduler.Enqueue(new ScoreRequest([0], [2], labels) { Priority = RequestPriority.Low });
        var normal = scheduler.Enqueue(Score(3));
        var missed = scheduler.Enqueue(new ScoreRequest([0], [4], labels) { Deadline = TimeSpan.Zero });
        var high = scheduler.Enqueue(new ScoreRequest([0], [5], labels) { Priority = RequestPriority.High, Deadline = TimeSpan.FromHours(1) });
        engine.Open(100);
        await Task.WhenAll(running, low, normal, high);
        var error = await Should.ThrowAsync<DeadlineMissedException>(() => missed);
        error.Deadline.ShouldBe(TimeSpan.Zero);
        error.Waited.ShouldBeGreaterThan(TimeSpan.Zero);
        engine.Batches.Select(batch => batch[0]).ShouldBe([0, 1, 5, 3, 2]);
    }

    [Fact]
    public async Task A_cancelled_request_ends_at_once_and_is_never_evaluated()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 8);
        engine.Open(1);
        var running = scheduler.Enqueue(Score(1));
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = scheduler.Enqueue(new ScoreRequest([0], [2], labels) { Cancellation = cancel.Token });
        var other = scheduler.Enqueue(Score(3));
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        running.IsCompleted.ShouldBeFalse();
        engine.Open(100);
        await Task.WhenAll(running, other);
        engine.Batches.SelectMany(batch => batch).ShouldNotContain(2);
        Should.Throw<OperationCanceledException>(() => { _ = scheduler.Enqueue(new ScoreRequest([0], [4], labels) { Cancellation = cancel.Token }); });
    }

    [Fact]
    public async Task A_text_whose_caller_has_gone_is_not_read_to_its_end()
    {
        using var scheduler = Create(batchTokens: 4, batchTexts: 8);
        using var cancel = new CancellationTokenSource();
        engine.Open(1);
        var gone = scheduler.Enqueue(new ScoreRequest([0], [.. Enumerable.Repeat(5, 900)], labels) { Cancellation = cancel.Token });
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        await cancel.CancelAsync();
        engine.Open(100);
        await scheduler.Enqueue(Score(6));
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        engine.Batches.Sum(batch => batch.Count(token => token == 5)).ShouldBe(4);
    }

    [Fact]
    public async Task One_text_that_cannot_be_evaluated_does_not_spoil_the_others_of_its_batch()
    {
        using var scheduler = Create(batchTokens: 10, batchTexts: 8);
        engine.Open(1);
        var blocking = scheduler.Enqueue(Score(9));
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        var good = scheduler.Enqueue(Score(1));
        var bad = scheduler.Enqueue(Score(GatedEngine.Poison));
        var alsoGood = scheduler.Enqueue(Score(2));
        engine.Open(100);
        (await good).LogProbs[0].ShouldBe(Even, 1e-4f);
        (await alsoGood).LogProbs[0].ShouldBe(Even, 1e-4f);
        (await Should.ThrowAsync<RuntimeException>(() => bad)).Message.ShouldContain("this text cannot be evaluated");
        await blocking;
        await scheduler.Enqueue(Score(3));
    }

    [Fact]
    public async Task Prefixes_are_kept_within_a_budget_and_the_one_unused_for_longest_goes()
    {
        using var scheduler = new SequenceScheduler(engine, new SchedulerOptions { BatchTokens = 100, CachedTokens = 25 });
        engine.Open(100);
        foreach (var prefix in new[] { 11, 12, 11, 13, 11, 12 })
        {
            await scheduler.Enqueue(new ScoreRequest([.. Enumerable.Repeat(prefix, 10)], [1], labels));
        }

        // 12 had to go for 13, 11 was used in between and stayed.
        engine.Batches.Where(batch => batch.Length == 10).Select(batch => batch[0]).ShouldBe([11, 12, 13, 12]);
    }

    [Fact]
    public async Task A_prefix_begins_with_what_an_earlier_one_has_in_common_with_it()
    {
        using var scheduler = Create(batchTokens: 100, batchTexts: 8);
        engine.Open(100);
        await scheduler.Enqueue(new ScoreRequest([1, 2, 3, 4], [9], labels));
        await scheduler.Enqueue(new ScoreRequest([1, 2, 3, 5, 6], [9], labels));
        engine.Batches.Select(batch => string.Join(' ', batch)).ShouldBe(["1 2 3 4", "9", "5 6", "9"]);
    }

    [Fact]
    public async Task Disposal_stops_the_evaluation_that_runs_and_answers_all_that_wait()
    {
        var scheduler = Create(batchTokens: 10, batchTexts: 1, queue: 2);
        var running = scheduler.Enqueue(Score(1));
        await engine.EnteredAsync();
        var waiting = new[] { scheduler.Enqueue(Score(2)), scheduler.Enqueue(Score(3)) };
        var patient = scheduler.EnqueueWhenRoomAsync(Score(4)).AsTask();
        scheduler.Dispose();
        await Should.ThrowAsync<RuntimeStoppedException>(() => running);
        await Should.ThrowAsync<RuntimeStoppedException>(() => waiting[0]);
        await Should.ThrowAsync<RuntimeStoppedException>(() => waiting[1]);
        await Should.ThrowAsync<RuntimeStoppedException>(async () => await await patient);
        Should.Throw<RuntimeStoppedException>(() => { _ = scheduler.Enqueue(Score(5)); });
        scheduler.Dispose();
    }

    private ScoreRequest Score(params int[] tokens) => new([0], tokens, labels);

    private SequenceScheduler Create(int batchTokens, int batchTexts, int queue = 100) =>
        new(engine, new SchedulerOptions { BatchTokens = batchTokens, BatchTexts = batchTexts, QueueCapacity = queue });
}
