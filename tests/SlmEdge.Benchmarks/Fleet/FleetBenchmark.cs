using System.Globalization;
using SlmEdge.Benchmarks.Broker;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Fleet;

/// <summary>Several workers with a slow model on one RabbitMQ queue: messages a second, and the law that they follow.</summary>
internal static class FleetBenchmark
{
    private static readonly int[] Fitted = [1, 2, 4];

    // Not in the fit: what the law says of it is a prediction.
    private const int Predicted = 8;

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        if (!RabbitServer.IsInstalled)
        {
            throw new BenchmarkException("fleet needs a RabbitMQ of its own: apt-get install rabbitmq-server");
        }

        var milliseconds = arguments.Integer("milliseconds", 50);
        var messages = arguments.Integer("messages", 400);
        var rounds = arguments.Integer("repetitions", 5);
        using var server = new RabbitServer();
        await server.StartAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"fleet: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(arguments.Required("bundle"))} with {milliseconds} ms waited in each decision, {messages} messages, {rounds} rounds"));
        int[] sizes = [.. Fitted, Predicted];
        var runs = sizes.ToDictionary(size => size, _ => new List<FleetRun>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var size in round % 2 == 0 ? sizes : sizes.Reverse())
            {
                runs[size].Add(await FleetRun.MeasureAsync(server, arguments, size, messages, round));
            }
        }

        var speeds = sizes.ToDictionary(size => size, size => Spread.Of([.. runs[size].Select(run => run.Throughput)]));
        var law = ScalabilityLaw.Fit([.. Fitted.Select(size => (size, speeds[size].Median))]);
        var table = new MarkdownTable("workers", "messages/s", "of one worker's", "the law's", "processor, ms a message");
        foreach (var size in sizes)
        {
            table.Add(
                size.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{speeds[size].Median:0.0} ({speeds[size].Low:0.0} – {speeds[size].High:0.0})"),
                (speeds[size].Median / speeds[1].Median).ToString("0.00", CultureInfo.InvariantCulture),
                law.Throughput(size).ToString("0.0", CultureInfo.InvariantCulture),
                (1000 * Spread.Of([.. runs[size].Select(run => run.ProcessorSeconds)]).Median).ToString("0.0", CultureInfo.InvariantCulture));
        }

        table.Print();
        var cost = Spread.Of([.. runs[1].Select(run => run.ProcessorSeconds)]).Median;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"universal scalability law through 1, 2 and 4: σ = {law.Contention:0.0000}, κ = {law.Coherency:0.0000}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores / {1000 * cost:0.0} ms a message: no more than {Environment.ProcessorCount / cost:0} messages/s on this machine, whatever the number of workers"));
    }
}
