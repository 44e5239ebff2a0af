using System.Collections.Concurrent;
using System.Text.Json;

namespace SlmEdge.Worker.Tests.Http;

public sealed class RequestLogTests
{
    private const string Secret = "the pump of Mr Miller";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_has_a_line_and_its_text_only_when_asked_for(bool logText)
    {
        var log = new ConcurrentQueue<string>();
        await using (var service = await RunningService.StartAsync(worker: new WorkerOptions { Log = log.Enqueue, LogRequests = true, LogText = logText }))
        {
            using var good = await service.PostAsync(JsonSerializer.Serialize(new { text = Secret }));
            using var bad = await service.PostAsync(JsonSerializer.Serialize(new { text = Secret, top = Secret }));
            using var unknown = await service.Client.GetAsync("/" + Uri.EscapeDataString(Secret) + "?q=" + Uri.EscapeDataString(Secret));
            await service.Service.StopAsync();
        }

        var lines = log.Select(line => JsonElement.Parse(line)).ToList();
        lines.Select(line => line.GetProperty("event").GetString()).ShouldBe(["request", "request", "request"]);
        lines.Select(line => line.GetProperty("status").GetInt32()).ShouldBe([200, 400, 404]);
        lines.Select(line => line.GetProperty("route").GetString()).ShouldBe(["/v1/classify", "/v1/classify", "none"]);
        lines[1].GetProperty("problem").GetString().ShouldBe("wrong-shape");
        lines.ShouldAllBe(line => line.GetProperty("ms").GetDouble() >= 0);
        log.Count(line => line.Contains("Miller", StringComparison.Ordinal)).ShouldBe(logText ? 1 : 0);
    }
}
