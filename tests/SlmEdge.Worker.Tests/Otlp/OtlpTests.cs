using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Worker.Otlp;
using SlmEdge.Worker.Tests.Drift;
using SlmEdge.Worker.Tests.Http;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Otlp;

public sealed class OtlpTests
{
    [Fact]
    public async Task A_collector_receives_the_metrics_again_after_it_was_away()
    {
        await using var collector = await Receiver.StartAsync(503, 200);
        var log = new ConcurrentQueue<string>();
        await using var service = await RunningService.StartAsync(
            worker: new WorkerOptions { Log = log.Enqueue, Otlp = new OtlpOptions { Address = collector.Address, Interval = TimeSpan.FromMilliseconds(20) } });
        (await service.PostAsync("{\"texts\": [\"the dog barked\", \"it rained\", \"a cake\"]}")).EnsureSuccessStatusCode();
        await Eventually.HoldsAsync(() => log.Any(line => line.Contains("otlp-recovered", StringComparison.Ordinal)));
        log.Count(line => line.Contains("otlp-failed", StringComparison.Ordinal)).ShouldBe(1);
        await Eventually.HoldsAsync(() => Metrics(collector).ContainsKey("slm_edge_prefill_seconds"));
        collector.Paths.ShouldAllBe(path => path == "POST /v1/metrics application/json");

        var metrics = Metrics(collector);
        var asked = metrics["slm_edge_requests"].GetProperty("sum");
        asked.GetProperty("aggregationTemporality").GetInt32().ShouldBe(2);
        asked.GetProperty("isMonotonic").GetBoolean().ShouldBeTrue();
        var point = asked.GetProperty("dataPoints")[0];
        point.GetProperty("asDouble").GetDouble().ShouldBe(1);
        point.GetProperty("attributes")[0].GetProperty("key").GetString().ShouldBe("operation");
        point.GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString().ShouldBe("classify");
        var (from, to) = (Number(point, "startTimeUnixNano"), Number(point, "timeUnixNano"));
        from.ShouldBeLessThan(to);
        DateTimeOffset.FromUnixTimeMilliseconds(to / 1_000_000).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        metrics["slm_edge_ready"].GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetDouble().ShouldBe(1);

        var times = metrics["slm_edge_prefill_seconds"].GetProperty("histogram").GetProperty("dataPoints")[0];
        Number(times, "count").ShouldBe(3);
        times.GetProperty("sum").GetDouble().ShouldBeGreaterThan(0);
        times.GetProperty("bucketCounts").GetArrayLength().ShouldBe(times.GetProperty("explicitBounds").GetArrayLength() + 1);
        times.GetProperty("bucketCounts").EnumerateArray().Sum(count => long.Parse(count.GetString()!, CultureInfo.InvariantCulture)).ShouldBe(3);
    }

    [Theory]
    [InlineData("tcp://x:4317")]
    [InlineData("/v1/metrics")]
    public void A_collector_that_is_no_http_address_is_refused(string address) => Should.Throw<WorkerException>(
        () => WorkerService.Check(new WorkerOptions { Otlp = new OtlpOptions { Address = new Uri(address, UriKind.RelativeOrAbsolute) } })).Message.ShouldContain("collector");

    private static long Number(JsonElement element, string name) => long.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static Dictionary<string, JsonElement> Metrics(Receiver collector) => collector.Bodies.Count == 0
        ? []
        : JsonElement.Parse(collector.Bodies.Last()).GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!);
}
