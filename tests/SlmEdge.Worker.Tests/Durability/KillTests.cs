using SlmEdge.Benchmarks.Broker;
using SlmEdge.Benchmarks.Durability;

namespace SlmEdge.Worker.Tests.Durability;

/// <summary>The service and its engine are killed at random under load from every source. <c>SlmEdge.Benchmarks kill</c> does it a thousand times.</summary>
public sealed class KillTests
{
    private const int Kills = 8;

    [SkippableFact]
    public async Task Service_and_engine_killed_at_random_under_load_from_HTTP_folder_and_broker_lose_nothing_and_decide_nothing_twice()
    {
        Skip.IfNot(RabbitServer.IsInstalled, "Debian's rabbitmq-server is not installed.");
        using var bundle = TinyBundle.Create();
        using var server = new RabbitServer();
        await server.StartAsync();
        using var service = new KilledService(Path.Combine(AppContext.BaseDirectory, "slm-edge.dll"), bundle.Path, 1, server.Address, null);
        await using var messages = await KillMessages.ConnectAsync(server.Address);
        var load = new KillLoad(service, messages, new Random(7));
        while (load.Kills < Kills)
        {
            await load.RoundAsync();
        }

        await load.FinishAsync();
        (await KillReport.CheckAsync(service, load)).Faults.ShouldBeEmpty();
        load.ServiceKills.ShouldBeGreaterThan(0);
        load.EngineKills.ShouldBeGreaterThan(0);
    }
}
