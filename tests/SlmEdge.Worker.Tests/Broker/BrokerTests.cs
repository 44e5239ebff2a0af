using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using SlmEdge.Benchmarks.Broker;
using SlmEdge.Runtime.Tests;
using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Tests.CommandLine;
using SlmEdge.Worker.Tests.Http;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Broker;

/// <summary>A real RabbitMQ, which the tests start and kill.</summary>
public sealed class BrokerTests : IDisposable
{
    private const string Absent = "Debian's rabbitmq-server is not installed.";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public async Task Messages_are_answered_where_they_ask_and_poison_is_set_aside_with_its_reason()
    {
        Skip.IfNot(RabbitServer.IsInstalled, Absent);
        using var server = new RabbitServer();
        await server.StartAsync();
        await using var service = await RunningService.StartAsync(worker: Options(server));
        await using var connection = await ConnectAsync(server);
        await using var channel = await ChannelAsync(connection);
        var reply = (await channel.QueueDeclareAsync()).QueueName;

        await PublishAsync(channel, """{"text": "the dog barked"}""", "a");
        await PublishAsync(channel, "the dog barked", "b", reply, "mine");
        await PublishAsync(channel, """{"txt": 1}""", "c");
        var a = await GetAsync(channel, "results");
        var b = await GetAsync(channel, reply);
        var c = await GetAsync(channel, "texts.dead");
        var single = await RunningService.ReadAsync(await service.PostAsync("""{"text": "the dog barked"}"""));
        Label(a).ShouldBe(single.GetProperty("label").ToString());
        Label(b).ShouldBe(Label(a));
        b.BasicProperties.CorrelationId.ShouldBe("mine");
        Encoding.UTF8.GetString(c.Body.Span).ShouldBe("""{"txt": 1}""");
        Encoding.UTF8.GetString((byte[])c.BasicProperties.Headers!["x-slm-edge-reason"]!).ShouldContain("no 'text'");

        // The same id again is the stored answer, whatever the text.
        await PublishAsync(channel, "another text", "a");
        (await GetAsync(channel, "results")).Body.ToArray().ShouldBe(a.Body.ToArray());
    }

    [SkippableFact]
    public async Task A_device_that_speaks_MQTT_gets_its_answer_over_MQTT()
    {
        Skip.IfNot(RabbitServer.IsInstalled, Absent);
        Skip.IfNot(File.Exists("/usr/bin/mosquitto_rr"), "Debian's mosquitto-clients is not installed.");
        using var server = new RabbitServer();
        await server.StartAsync();
        await using var connection = await ConnectAsync(server);
        await using var channel = await ChannelAsync(connection);
        await channel.QueueDeclareAsync("texts", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("texts", "amq.topic", "device.texts");
        var options = Options(server);
        await using var service = await RunningService.StartAsync(worker: options with { Broker = options.Broker! with { ResultsExchange = "amq.topic", Results = "device.answers" } });
        var arguments = new[] { "-p", server.MqttPort.ToString(CultureInfo.InvariantCulture), "-t", "device/texts", "-e", "device/answers", "-m", """{"text": "the dog barked", "id": "m1"}""", "-q", "1", "-V", "311", "-W", "60" };
        // RabbitMQ before 3.13 speaks MQTT 3.1.1 at most.
        using var mosquitto = Process.Start(new ProcessStartInfo("/usr/bin/mosquitto_rr", arguments) { RedirectStandardOutput = true })!;
        var answer = await mosquitto.StandardOutput.ReadToEndAsync();
        JsonDocument.Parse(answer).RootElement.GetProperty("label").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [SkippableFact]
    public async Task Worker_and_broker_killed_in_turn_lose_no_message_and_decide_none_twice()
    {
        Skip.IfNot(RabbitServer.IsInstalled, Absent);
        const int Rounds = 4;
        const int Messages = 150;
        using var bundle = TinyBundle.Create();
        using var server = new RabbitServer();
        await server.StartAsync();
        var answers = new Dictionary<string, string>();
        for (var round = 0; round < Rounds; round++)
        {
            using var edge = EdgeProcess.Start(
                "serve", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", "1", "--urls", "http://127.0.0.1:0", "--data", folder.File("data"),
                "--broker", server.Address.ToString(), "--broker-queue", "texts", "--broker-results", "results");
            await edge.Process.StandardOutput.ReadLineAsync();
            await using (var connection = await ConnectAsync(server))
            {
                await using var channel = await ChannelAsync(connection);
                await channel.QueueDeclareAsync("texts", durable: true, exclusive: false, autoDelete: false);
                await channel.QueueDeclareAsync("results", durable: true, exclusive: false, autoDelete: false);
                for (var i = 0; i < Messages; i++)
                {
                    await PublishAsync(channel, $"round {round} text {i}", $"{round}-{i}");
                }

                // Somewhere in the middle of this round's.
                var some = answers.Count + (20 * (round + 1));
                await Eventually.HoldsAsync(() => CollectAsync(channel, answers, some));
            }

            if (round % 2 == 1)
            {
                // The worker lives on, and comes back by itself.
                server.Kill();
                await server.StartAsync();
                await using var connection = await ConnectAsync(server);
                await using var channel = await ChannelAsync(connection);
                await Eventually.HoldsAsync(() => CollectAsync(channel, answers, Messages * (round + 1)), () => $"{answers.Count} answers");
            }

            edge.Process.Kill();
            await edge.Process.WaitForExitAsync();
        }

        answers.Keys.Order().ShouldBe(Enumerable.Range(0, Rounds).SelectMany(round => Enumerable.Range(0, Messages).Select(i => $"{round}-{i}")).Order());
        var report = JournalVerifier.Verify(folder.File("data/worker.db"));
        report.Damage.ShouldBeNull();
        report.Entries.ShouldBe(Rounds * Messages);
    }

    [SkippableFact]
    public async Task A_broker_behind_TLS_is_used_when_its_authority_is_named_and_refused_otherwise()
    {
        Skip.IfNot(RabbitServer.IsInstalled, Absent);
        var (authority, certificate, key) = BrokerCertificates.Write(folder.Path, "broker");
        var (stranger, _, _) = BrokerCertificates.Write(folder.Path, "stranger");
        using var server = new RabbitServer((certificate, key));
        await server.StartAsync();
        var log = new ConcurrentQueue<string>();
        var options = Options(server) with { Log = log.Enqueue };
        var secured = options.Broker! with { Address = new Uri($"amqps://127.0.0.1:{server.SecuredPort}") };
        await using (await RunningService.StartAsync(worker: options with { Broker = secured with { AuthorityFile = stranger } }))
        {
            await Eventually.HoldsAsync(() => log.Any(line => line.Contains("broker-away", StringComparison.Ordinal)));
        }

        log.ShouldNotContain(line => line.Contains("broker-connected", StringComparison.Ordinal));
        await using var service = await RunningService.StartAsync(worker: options with { Broker = secured with { AuthorityFile = authority } });
        await using var connection = await ConnectAsync(server);
        await using var channel = await ChannelAsync(connection);
        await PublishAsync(channel, "the dog barked", "a");
        Label(await GetAsync(channel, "results")).ShouldNotBeEmpty();
    }

    private static async Task<bool> CollectAsync(IChannel channel, Dictionary<string, string> answers, int wanted)
    {
        while (answers.Count < wanted && await channel.BasicGetAsync("results", autoAck: false) is { } got)
        {
            var id = got.BasicProperties.MessageId!;
            var label = Label(got);
            answers.TryAdd(id, label);
            answers[id].ShouldBe(label);
            await channel.BasicAckAsync(got.DeliveryTag, multiple: false);
        }

        return answers.Count >= wanted;
    }

    private WorkerOptions Options(RabbitServer server) => new()
    {
        Urls = ["http://127.0.0.1:0"],
        DataDirectory = folder.File("data"),
        Broker = new BrokerOptions { Address = server.Address, Queue = "texts", Results = "results" },
    };

    private static Task<IConnection> ConnectAsync(RabbitServer server) => new ConnectionFactory { Uri = server.Address, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static async Task<IChannel> ChannelAsync(IConnection connection)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        foreach (var queue in new[] { "texts", "texts.dead", "results" })
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        }

        return channel;
    }

    private static async Task PublishAsync(IChannel channel, string body, string id, string? reply = null, string? correlation = null) => await channel.BasicPublishAsync(
        "", "texts", mandatory: true, new BasicProperties { Persistent = true, MessageId = id, ReplyTo = reply, CorrelationId = correlation }, Encoding.UTF8.GetBytes(body));

    private static async Task<BasicGetResult> GetAsync(IChannel channel, string queue)
    {
        BasicGetResult? got = null;
        await Eventually.HoldsAsync(async () => (got = await channel.BasicGetAsync(queue, autoAck: true)) is not null);
        return got!;
    }

    private static string Label(BasicGetResult answer) => JsonDocument.Parse(answer.Body).RootElement.GetProperty("label").ToString();
}
