using System.Diagnostics;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using SlmEdge.Benchmarks.Broker;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Fleet;

/// <summary>A queue emptied by some workers.</summary>
/// <param name="Throughput">Messages a second between the tenth and the ninetieth in a hundred, so that neither start nor end counts.</param>
/// <param name="ProcessorSeconds">What the workers' processes took for a message, without what they took to start.</param>
internal sealed record FleetRun(double Throughput, double ProcessorSeconds)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task<FleetRun> MeasureAsync(RabbitServer server, BenchmarkArguments arguments, int workers, int messages, int round)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"fleet-{workers}-{round}");
        await using var connection = await new ConnectionFactory { Uri = server.Address, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var queue in new[] { name, name + ".results" })
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        }

        for (var i = 0; i < messages; i++)
        {
            await channel.BasicPublishAsync(
                "", name, mandatory: true, new BasicProperties { Persistent = true, MessageId = i.ToString(CultureInfo.InvariantCulture) }, Encoding.UTF8.GetBytes($"The pump of machine {i} leaks oil."));
        }

        var moments = new List<long>();
        var answered = new HashSet<string>(StringComparer.Ordinal);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            if (answered.Add(delivery.BasicProperties.MessageId ?? ""))
            {
                moments.Add(Stopwatch.GetTimestamp());
            }

            if (answered.Count == messages)
            {
                all.TrySetResult();
            }

            return Task.CompletedTask;
        };
        connection.ConnectionShutdownAsync += (_, end) =>
        {
            all.TrySetException(new BenchmarkException($"The broker went away: {end.ReplyText}"));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(name + ".results", autoAck: true, consumer);
        var folder = Directory.CreateTempSubdirectory("slm-edge-fleet-").FullName;
        var fleet = new List<Process>();
        try
        {
            for (var i = 0; i < workers; i++)
            {
                fleet.Add(Start(arguments, server.Address, name, Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture))));
            }

            foreach (var worker in fleet)
            {
                if (await worker.StandardOutput.ReadLineAsync() != "ready")
                {
                    throw new BenchmarkException("A worker ended before it was ready.");
                }
            }

            var before = fleet.Sum(worker => Processor(worker));
            foreach (var worker in fleet)
            {
                await worker.StandardInput.WriteLineAsync();
            }

            await all.Task.WaitAsync(Limit);
            var processor = fleet.Sum(worker => Processor(worker)) - before;
            var (first, last) = (messages / 10, messages * 9 / 10);
            return new FleetRun((last - first) / Stopwatch.GetElapsedTime(moments[first], moments[last]).TotalSeconds, processor / messages);
        }
        finally
        {
            foreach (var worker in fleet)
            {
                worker.Kill();
                await worker.WaitForExitAsync();
                worker.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Processor(Process worker)
    {
        worker.Refresh();
        return worker.TotalProcessorTime.TotalSeconds;
    }

    private static Process Start(BenchmarkArguments arguments, Uri broker, string queue, string data)
    {
        var program = Environment.ProcessPath ?? throw new BenchmarkException("The path of this program is not known.");
        string[] options =
        [
            .. Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(FleetRun).Assembly.Location] : Array.Empty<string>(),
            FleetWorker.Command, "--bundle", arguments.Required("bundle"), "--threads", arguments.Threads.ToString(CultureInfo.InvariantCulture), "--broker", broker.ToString(),
            "--queue", queue, "--results", queue + ".results", "--data", data,
            "--milliseconds", arguments.Integer("milliseconds", 50).ToString(CultureInfo.InvariantCulture), "--prefetch", arguments.Integer("prefetch", 8).ToString(CultureInfo.InvariantCulture),
        ];
        return Process.Start(new ProcessStartInfo(program, options) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new BenchmarkException($"'{program}' does not start.");
    }
}
