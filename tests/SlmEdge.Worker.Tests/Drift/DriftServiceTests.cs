using System.Collections.Concurrent;
using System.Text.Json;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Tests.CommandLine;
using SlmEdge.Worker.Tests.Http;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Drift;

public sealed class DriftServiceTests
{
    [Fact]
    public async Task Texts_of_another_kind_raise_an_alarm_in_the_answer_the_metrics_and_the_log_and_usual_ones_none()
    {
        var log = new ConcurrentQueue<string>();
        await using var service = await RunningService.StartAsync(WatchedBundle.Create(), new WorkerOptions { Log = log.Enqueue });
        await WatchedBundle.AskAsync(service.Client, WatchedBundle.Usual(WatchedBundle.Window - 1, seed: 2));
        (await ReadAsync(service.Client)).GetProperty("statistics").GetArrayLength().ShouldBe(0, "the window is not full");
        await WatchedBundle.AskAsync(service.Client, WatchedBundle.Usual(61, seed: 3));
        var before = await ReadAsync(service.Client);
        before.GetProperty("statistics").EnumerateArray().ShouldAllBe(statistic => !statistic.GetProperty("alarm").GetBoolean());
        before.GetProperty("statistics").GetArrayLength().ShouldBe(6);
        before.GetProperty("alarms").GetArrayLength().ShouldBe(0);
        before.GetProperty("texts").GetInt64().ShouldBe(120);
        before.GetProperty("labels").EnumerateArray().Sum(label => label.GetProperty("window").GetDouble()).ShouldBe(1, tolerance: 0.001);

        await WatchedBundle.AskAsync(service.Client, WatchedBundle.Strange(60));
        var after = await ReadAsync(service.Client);
        var alarm = after.GetProperty("alarms").EnumerateArray().First(entry => entry.GetProperty("statistic").GetString() == "tokens");
        alarm.GetProperty("begins").GetBoolean().ShouldBeTrue();
        alarm.GetProperty("value").GetDouble().ShouldBeGreaterThan(alarm.GetProperty("threshold").GetDouble());
        alarm.GetProperty("texts").GetInt64().ShouldBeInRange(121, 180);
        log.ShouldContain(line => line.Contains("\"event\":\"drift-alarm\"", StringComparison.Ordinal) && line.Contains("\"statistic\":\"tokens\"", StringComparison.Ordinal));
        log.ShouldAllBe(line => !line.Contains("Schlauch", StringComparison.Ordinal));
        var metrics = await service.Client.GetStringAsync("/metrics");
        metrics.ShouldContain("slm_edge_drift_alarm{statistic=\"tokens\"} 1\n");
        metrics.ShouldContain("slm_edge_accuracy_estimate ");
        metrics.ShouldContain("slm_edge_drift_left_out_total 0\n");
    }

    [Fact]
    public async Task A_bundle_without_a_reference_says_so()
    {
        await using var service = await RunningService.StartAsync();
        await WatchedBundle.AskAsync(service.Client, WatchedBundle.Usual(5, seed: 2));
        var drift = await ReadAsync(service.Client);
        drift.GetProperty("reference").GetBoolean().ShouldBeFalse();
        drift.TryGetProperty("statistics", out _).ShouldBeFalse();
        (await service.Client.GetStringAsync("/metrics")).ShouldNotContain("drift");
    }

    [Fact]
    public async Task The_comparison_goes_on_after_a_restart()
    {
        await using var service = await DurableService.StartAsync(bundle: WatchedBundle.Create());
        await WatchedBundle.AskAsync(service.Client, [.. WatchedBundle.Usual(45, seed: 4), .. WatchedBundle.Strange(30)]);
        var before = await ReadAsync(service.Client);
        before.GetProperty("alarms").GetArrayLength().ShouldBeGreaterThan(0);
        await service.StopAsync();
        await service.StartAgainAsync();
        (await ReadAsync(service.Client)).ToString().ShouldBe(before.ToString());
    }

    [Fact]
    public async Task An_engine_in_a_process_of_its_own_is_watched_too()
    {
        using var bundle = WatchedBundle.Create();
        using var edge = EdgeProcess.Start("serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", "1", "--urls", "http://127.0.0.1:0", "--data", "none");
        var line = await edge.Process.StandardOutput.ReadLineAsync();
        using var client = new HttpClient { BaseAddress = new Uri(line![line!.IndexOf("http://", StringComparison.Ordinal)..]) };
        await WatchedBundle.AskAsync(client, [.. WatchedBundle.Usual(30, seed: 5), .. WatchedBundle.Strange(40)]);
        (await ReadAsync(client)).GetProperty("alarms").EnumerateArray().ShouldContain(alarm => alarm.GetProperty("statistic").GetString() == "tokens");
        edge.Process.Kill();
        await edge.Process.WaitForExitAsync();
    }

    [Fact]
    public async Task An_alarm_reaches_the_webhook_although_it_is_away_at_first_and_one_that_never_takes_it_is_given_up()
    {
        await using var receiver = await Receiver.StartAsync(503, 503, 204);
        await using (var service = await RunningService.StartAsync(
            WatchedBundle.Create(), new WorkerOptions { Webhook = new WebhookOptions { Address = new Uri(receiver.Address, "/alarms"), FirstWait = TimeSpan.FromMilliseconds(1) } }))
        {
            await WatchedBundle.AskAsync(service.Client, WatchedBundle.Strange(60));
            var alarms = (await ReadAsync(service.Client)).GetProperty("alarms").GetArrayLength();
            await Eventually.HoldsAsync(() => receiver.Bodies.Count == alarms + 2);
            receiver.Bodies.Take(3).Distinct().Count().ShouldBe(1, "the same alarm, until it was taken");
            var sent = JsonElement.Parse(receiver.Bodies.First());
            sent.GetProperty("event").GetString().ShouldBe("drift-alarm");
            sent.GetProperty("bundle").GetString().ShouldBe("stories");
            sent.GetProperty("statistic").GetString().ShouldNotBeNullOrEmpty();
            sent.GetProperty("accuracy").GetProperty("estimate").GetDouble().ShouldBeInRange(0, 1);
            await Eventually.HoldsAsync(async () => (await service.Client.GetStringAsync("/metrics")).Contains($"slm_edge_webhook_sent_total {alarms}\n", StringComparison.Ordinal));
        }

        await using var refusing = await Receiver.StartAsync(500);
        var log = new ConcurrentQueue<string>();
        await using var other = await RunningService.StartAsync(
            WatchedBundle.Create(),
            new WorkerOptions { Log = log.Enqueue, Webhook = new WebhookOptions { Address = refusing.Address, FirstWait = TimeSpan.FromMilliseconds(1), MaxTries = 2 } });
        await WatchedBundle.AskAsync(other.Client, WatchedBundle.Strange(60));
        await Eventually.HoldsAsync(() => log.Any(line => line.Contains("\"event\":\"webhook-failed\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ftp://x/alarms")]
    [InlineData("/alarms")]
    public void A_webhook_that_is_no_http_address_is_refused(string address) => Should.Throw<WorkerException>(
        () => WorkerService.Check(new WorkerOptions { Webhook = new WebhookOptions { Address = new Uri(address, UriKind.RelativeOrAbsolute) } })).Message.ShouldContain("webhook");

    private static async Task<JsonElement> ReadAsync(HttpClient client) => JsonElement.Parse(await client.GetByteArrayAsync(new Uri("/v1/drift", UriKind.Relative)));
}
