using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using SlmEdge.Benchmarks.Broker;
using SlmEdge.Worker.Suspects;

namespace SlmEdge.Worker.Tests.Suspects;

/// <summary>With the engine in the service's process, a row or message that ends the process is found, and the others are decided.</summary>
public sealed class SuspectTests : IDisposable
{
    private const int Rows = 20;

    private readonly TinyBundle bundle = TinyBundle.Create();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        bundle.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_row_that_ends_the_process_twice_is_set_aside_and_its_neighbours_are_decided()
    {
        var inbox = Directory.CreateDirectory(folder.File("inbox")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(inbox, "rows.txt"), Texts());
        var results = Path.Combine(inbox, "done", "rows.txt.results.jsonl");
        (await DoomedWorker.RunUntilAsync(() => Task.FromResult(File.Exists(results)), bundle.Path, bundle.Cache, folder.File("data"), inbox)).ShouldBe(2);
        var lines = File.ReadAllLines(results).Select(line => JsonElement.Parse(line)).ToArray();
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(Texts());
        lines.Where(line => line.TryGetProperty("error", out _)).ShouldHaveSingleItem().GetProperty("error").GetString().ShouldBe(SuspectLane.Reason);
    }

    [SkippableFact]
    public async Task A_message_that_ends_the_process_twice_goes_to_the_dead_letters_and_its_neighbours_are_answered()
    {
        Skip.IfNot(RabbitServer.IsInstalled, "Debian's rabbitmq-server is not installed.");
        using var server = new RabbitServer();
        await server.StartAsync();
        await using var connection = await new ConnectionFactory { Uri = server.Address }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        foreach (var queue in new[] { "texts", "texts.dead", "results" })
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        }

        foreach (var text in Texts())
        {
            await channel.BasicPublishAsync("", "texts", mandatory: true, new BasicProperties { Persistent = true, MessageId = text }, Encoding.UTF8.GetBytes(text));
        }

        BasicGetResult? dead = null;
        var answered = new HashSet<string>();
        var ends = await DoomedWorker.RunUntilAsync(
            async () =>
            {
                dead ??= await channel.BasicGetAsync("texts.dead", autoAck: true);
                while (await channel.BasicGetAsync("results", autoAck: true) is { } got)
                {
                    answered.Add(got.BasicProperties.MessageId!);
                }

                return dead is not null && answered.Count == Rows - 1;
            },
            bundle.Path, bundle.Cache, folder.File("data"), folder.File("inbox"), server.Address.ToString());
        ends.ShouldBe(2);
        dead!.BasicProperties.MessageId.ShouldBe(DeadlyEngine.Text);
        Encoding.UTF8.GetString((byte[])dead.BasicProperties.Headers!["x-slm-edge-reason"]!).ShouldBe(SuspectLane.Reason);
    }

    private static string[] Texts() => [.. Enumerable.Range(0, Rows).Select(row => row == Rows / 2 ? DeadlyEngine.Text : $"text {row}")];
}
