using SlmEdge.Worker.Http;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.Limits;

public sealed class RequestRateTests
{
    private readonly AdvancingTime time = new();

    [Fact]
    public void A_burst_is_let_through_then_a_steady_stream()
    {
        var rate = new RequestRate(new LimitOptions { RequestsPerSecond = 2, Burst = 3 }, time);
        for (var i = 0; i < 3; i++)
        {
            rate.Take("a");
        }

        Should.Throw<HttpProblem>(() => rate.Take("a")).RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
        rate.Take("b");
        time.Advance(TimeSpan.FromSeconds(0.5));
        rate.Take("a");
        Should.Throw<HttpProblem>(() => rate.Take("a")).Status.ShouldBe(429);

        // What was not used is saved, up to a burst and no further.
        time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++)
        {
            rate.Take("a");
        }

        Should.Throw<HttpProblem>(() => rate.Take("a"));
    }

    [Fact]
    public void Any_number_of_callers_take_bounded_memory()
    {
        var rate = new RequestRate(new LimitOptions { RequestsPerSecond = 1, Burst = 1 }, time);
        for (var i = 0; i < 50_000; i++)
        {
            rate.Take("address " + i);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        rate.Callers.ShouldBeLessThanOrEqualTo(10_000);
    }

    [SkippableFact]
    public async Task Who_asks_too_often_is_told_when_to_come_back()
    {
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Limits = new LimitOptions { RequestsPerSecond = 0.001, Burst = 2 } });
        (await service.Client.GetAsync("/v1/bundle")).Dispose();
        (await service.Client.GetAsync("/v1/bundle")).Dispose();
        using var third = await service.Client.GetAsync("/v1/bundle");
        await RunningService.ReadProblemAsync(third, 429, "rate-limit");
        third.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(900));
        using var health = await service.Client.GetAsync("/healthz");
        health.IsSuccessStatusCode.ShouldBeTrue();
    }

    [SkippableFact]
    public async Task A_request_that_takes_too_long_is_given_up_and_the_next_is_answered()
    {
        await using var service = await RunningService.StartAsync(worker: new WorkerOptions { Limits = new LimitOptions { RequestTime = TimeSpan.FromMilliseconds(150) } });
        var texts = System.Text.Json.JsonSerializer.Serialize(new { texts = Enumerable.Range(0, 1000).Select(i => $"Story {i}. " + string.Concat(Enumerable.Repeat("The dog ran. ", 40))) });
        using var slow = await service.PostAsync(texts);
        await RunningService.ReadProblemAsync(slow, 503, "time-limit");
        using var next = await service.PostAsync("""{"text":"A dog."}""");
        next.IsSuccessStatusCode.ShouldBeTrue();
        service.Runtime.WaitingTexts.ShouldBe(0);
    }
}
