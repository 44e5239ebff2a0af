using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Telemetry;
using SlmEdge.Tasks;

namespace SlmEdge.Extensions.AI.Tests;

public sealed class AddSlmEdgeTests
{
    private const string Secret = "pump leaks";

    [Fact]
    public async Task A_host_refuses_to_start_with_wrong_options_and_says_which()
    {
        await Fails(options => { }, nameof(SlmEdgeOptions.BundlePath));
        await Fails(options => options.BundlePath = "nowhere.slmb", "nowhere.slmb");
        await Fails(
            options =>
            {
                options.BundlePath = AppContext.BaseDirectory;
                options.BatchTokens = 0;
            },
            nameof(SlmEdgeOptions.BatchTokens));

        static async Task Fails(Action<SlmEdgeOptions> configure, string part)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddSlmEdge(configure);
            using var host = builder.Build();
            (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain(part);
        }
    }

    [Fact]
    public async Task The_client_of_a_host_answers_logs_no_text_and_reports_under_the_names_of_the_conventions()
    {
        var model = "faults-" + Guid.NewGuid().ToString("N");
        using var renamed = new WritingBundle(TaskKind.Chat, change: manifest => manifest with { Name = model });
        var logged = new RecordingLoggerProvider();
        var measured = new ConcurrentDictionary<string, double>();
        using var meter = new MeterListener();
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == RuntimeTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meter.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        meter.Start();
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RuntimeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logged).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSlmEdge(options =>
        {
            options.BundlePath = renamed.FilePath;
            options.Threads = 1;
            options.CacheDirectory = Path.Combine(Path.GetDirectoryName(renamed.FilePath)!, "cache");
        });
        ChatResponse response;
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var client = host.Services.GetRequiredService<IChatClient>();
            client.GetService<SlmRuntime>().ShouldBeSameAs(host.Services.GetRequiredService<SlmRuntime>());
            response = await client.GetResponseAsync(Secret, new ChatOptions { MaxOutputTokens = 9 });
            await host.StopAsync();
        }

        foreach (var name in new[] { "gen_ai.client.operation.duration", "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token" })
        {
            measured[name].ShouldBeGreaterThan(0);
        }

        measured["gen_ai.client.token.usage input"].ShouldBe(response.Usage!.InputTokenCount!.Value);
        measured["gen_ai.client.token.usage output"].ShouldBe(9);
        var activity = activities.Single(one => one.DisplayName == $"chat {model}");
        activity.GetTagItem("gen_ai.operation.name").ShouldBe("chat");
        activity.GetTagItem("gen_ai.usage.output_tokens").ShouldBe(9);
        activity.GetTagItem("gen_ai.response.finish_reasons").ShouldBe(new[] { "length" });
        activity.TagObjects.ShouldNotContain(tag => $"{tag.Value}".Contains(Secret));

        logged.Lines.ShouldContain(line => line.Level == LogLevel.Trace && line.Text.Contains(Secret));
        logged.Lines.ShouldNotContain(line => line.Level != LogLevel.Trace && (line.Text.Contains(Secret) || line.Text.Contains(response.Text)));
        logged.Lines.ShouldContain(line => line.Level == LogLevel.Debug && line.Text.Contains(model));

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (model.Equals(all.GetValueOrDefault("gen_ai.request.model")))
            {
                measured[all.TryGetValue("gen_ai.token.type", out var type) ? $"{instrument.Name} {type}" : instrument.Name] = value;
            }
        }
    }

    private sealed class RecordingLoggerProvider : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception) + exception));

        public void Dispose()
        {
        }
    }
}
