using System.Globalization;
using System.Text.RegularExpressions;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Metrics;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.Metrics;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task What_was_answered_stands_in_well_formed_metrics()
    {
        await using var service = await RunningService.StartAsync();
        (await service.PostAsync("{\"texts\": [\"the dog barked\", \"it rained\", \"a cake\"]}")).EnsureSuccessStatusCode();
        (await service.PostAsync("{\"text\": \"  \"}")).IsSuccessStatusCode.ShouldBeFalse();
        var response = await service.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        var samples = Parse(await response.Content.ReadAsStringAsync());
        samples["slm_edge_requests_total{operation=\"classify\"}"].ShouldBe(2);
        samples["slm_edge_failures_total{operation=\"classify\",reason=\"invalid_text\"}"].ShouldBe(1);
        samples.Where(sample => sample.Key.StartsWith("slm_edge_decisions_total", StringComparison.Ordinal)).Sum(sample => sample.Value).ShouldBe(3);
        samples["slm_edge_confidence_count{operation=\"classify\"}"].ShouldBe(3);
        samples["slm_edge_prefill_seconds_bucket{operation=\"classify\",le=\"+Inf\"}"].ShouldBe(3);
        samples["slm_edge_prefill_seconds_sum{operation=\"classify\"}"].ShouldBeGreaterThan(0);
        samples["slm_edge_text_tokens_total{operation=\"classify\"}"].ShouldBeGreaterThan(3);
        samples["slm_edge_ready"].ShouldBe(1);
    }

    [Fact]
    public async Task Vectors_and_streams_whose_reader_leaves_are_counted_by_operation()
    {
        await using (var service = await RunningService.StartAsync())
        {
            (await service.PostToAsync("/v1/embed", "{\"texts\": [\"the dog barked\", \"it rained\"]}")).EnsureSuccessStatusCode();
            var samples = Parse(await service.Client.GetStringAsync("/metrics"));
            samples["slm_edge_requests_total{operation=\"embed\"}"].ShouldBe(1);
            samples["slm_edge_text_tokens_total{operation=\"embed\"}"].ShouldBeGreaterThan(4);
            samples["slm_edge_prefill_seconds_count{operation=\"embed\"}"].ShouldBe(1);
            samples.Keys.ShouldNotContain(key => key.Contains("confidence_count", StringComparison.Ordinal));
        }

        await using var writing = await RunningService.StartAsync(TaskKind.Generate);
        var metrics = new ServiceMetrics();
        var measured = new MeasuredEngine(new RuntimeEngine(writing.Runtime, owned: false), metrics, new DriftWatch(new WorkerLog(null), null, TimeProvider.System));
        await foreach (var update in measured.GenerateAsync("the dog", new GenerationOptions { MaxTokens = 50 }, CancellationToken.None))
        {
            break;
        }

        await foreach (var update in measured.GenerateAsync("the dog", new GenerationOptions { MaxTokens = 3 }, CancellationToken.None))
        {
        }

        await Should.ThrowAsync<AdapterException>(async () =>
        {
            await foreach (var update in measured.GenerateAsync("the dog", new GenerationOptions { Adapter = "made up" }, CancellationToken.None))
            {
            }
        });
        var own = metrics.All.Single(of => of.Labels.Count == 1);
        own.Requests.ShouldBe(2);
        own.Failures.ToArray().ShouldBe([new("cancelled", 1)]);
        own.AnswerTokens.ShouldBeInRange(1, 3);
        var unknown = metrics.All.Single(of => of.Labels.Count == 2);
        unknown.Labels[1].ShouldBe(("adapter", "unknown"));
        unknown.Failures.ToArray().ShouldBe([new("adapter", 1)]);
    }

    [Fact]
    public void Whatever_a_label_is_called_the_text_stays_well_formed()
    {
        var family = MetricFamily.Gauges("labels", "Strange \\ names\nand lines.", "label", [("a \"quoted\" \\ name\nof two lines", 7), ("plain", 1)]);
        var samples = Parse(PrometheusText.Write([family]));
        samples.Count.ShouldBe(2);
        samples["labels{label=\"a \\\"quoted\\\" \\\\ name\\nof two lines\"}"].ShouldBe(7);
    }

    [Fact]
    public void A_histogram_counts_each_value_once_and_its_buckets_add_up()
    {
        var histogram = new Histogram(1, 2, 5);
        foreach (var value in new[] { 0.5, 1, 1.5, 2, 4, 100 })
        {
            histogram.Add(value);
        }

        var samples = Parse(PrometheusText.Write([new MetricFamily("sizes", "Sizes.", MetricKind.Histogram, [new MetricPoint([], 0, histogram)])]));
        samples["sizes_bucket{le=\"1\"}"].ShouldBe(2);
        samples["sizes_bucket{le=\"2\"}"].ShouldBe(4);
        samples["sizes_bucket{le=\"5\"}"].ShouldBe(5);
        samples["sizes_bucket{le=\"+Inf\"}"].ShouldBe(6);
        samples["sizes_count"].ShouldBe(6);
        samples["sizes_sum"].ShouldBe(109);
    }

    // The grammar of the text format: every sample belongs to the type in front of it, once.
    private static Dictionary<string, double> Parse(string text)
    {
        text.ShouldEndWith("\n");
        var samples = new Dictionary<string, double>();
        var family = "";
        var help = "";
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line.Split(' ')[2];
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                family.ShouldBe(help);
                line.Split(' ')[3].ShouldBeOneOf("counter", "gauge", "histogram");
                continue;
            }

            var match = Sample().Match(line);
            match.Success.ShouldBeTrue(line);
            match.Groups["name"].Value.ShouldBeOneOf(family, family + "_bucket", family + "_sum", family + "_count");
            samples.Add(line[..line.LastIndexOf(' ')], double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        }

        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})? (?<value>[-+0-9.eE]+)$""")]
    private static partial Regex Sample();
}
