using System.Globalization;
using System.Text.RegularExpressions;
using SlmEdge.Worker.Metrics;
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
        samples["slm_edge_failures_total{reason=\"invalid_text\"}"].ShouldBe(1);
        samples.Where(sample => sample.Key.StartsWith("slm_edge_decisions_total", StringComparison.Ordinal)).Sum(sample => sample.Value).ShouldBe(3);
        samples["slm_edge_confidence_count"].ShouldBe(3);
        samples["slm_edge_prefill_seconds_bucket{le=\"+Inf\"}"].ShouldBe(3);
        samples["slm_edge_prefill_seconds_sum"].ShouldBeGreaterThan(0);
        samples["slm_edge_text_tokens_total"].ShouldBeGreaterThan(3);
        samples["slm_edge_ready"].ShouldBe(1);
    }

    [Fact]
    public void Whatever_a_label_is_called_the_text_stays_well_formed()
    {
        var text = new PrometheusText();
        text.Counters("labels_total", "Strange \\ names\nand lines.", "label", [new("a \"quoted\" \\ name\nof two lines", 7), new("plain", 1)]);
        var samples = Parse(text.ToString());
        samples.Count.ShouldBe(2);
        samples["labels_total{label=\"a \\\"quoted\\\" \\\\ name\\nof two lines\"}"].ShouldBe(7);
    }

    [Fact]
    public void A_histogram_counts_each_value_once_and_its_buckets_add_up()
    {
        var histogram = new Histogram(1, 2, 5);
        foreach (var value in new[] { 0.5, 1, 1.5, 2, 4, 100 })
        {
            histogram.Add(value);
        }

        var text = new PrometheusText();
        text.Histogram("sizes", "Sizes.", histogram);
        var samples = Parse(text.ToString());
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
