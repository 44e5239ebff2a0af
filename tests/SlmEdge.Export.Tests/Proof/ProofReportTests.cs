using SlmEdge.Bundles;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Proof.Html;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Tests.Proof;

public sealed class ProofReportTests
{
    [Fact]
    public void Report_names_no_outside_resource_and_escapes_what_comes_from_data()
    {
        TaskDefinition task = TaskDefinition.FromLabels("<script>alert(1)</script>", "x", ["<b>A</b>", "B & C"]);
        LabelledText[] rows = [.. Enumerable.Range(0, 12).Select(i => new LabelledText($"<img src=x> {i}", task.Labels[i % 2].Name, "f", i))];
        EvaluationSet data = EvaluationSet.Create("test.jsonl", rows, task);
        StageResult adapter = Stage("adapter", "libtorch", null, task, data, wrong: 2);
        StageResult gguf = Stage("gguf q8_0", "llama.cpp", "gguf/a.gguf", task, data, wrong: 3);
        var proof = new StageProof("<i>title</i>", task, data, [adapter, gguf], adapter, [], gguf, new BundleCalibration(1.5) { Conformal = [new ConformalThreshold(0.9, 0.2)] }, DateTime.UnixEpoch, "machine");
        string html = ProofReport.Render(proof);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<b>A</b>");
        html.ShouldNotContain("<i>title");
        html.ShouldNotContain("http");
        html.ShouldNotContain("NaN");
        html.ShouldContain("&lt;img src=x&gt; 0");
        html.ShouldContain("recommended");
        System.Xml.Linq.XDocument.Parse(Svg(html)).Root!.Name.LocalName.ShouldBe("svg");
    }

    [Fact]
    public void Interval_is_Wilsons()
    {
        // 8 of 10: 0.4902 to 0.9433 (Wilson 1927; the values that Newcombe 1998 and statistics packages give).
        (double low, double high) = AccuracyChart.Interval(8, 10);
        low.ShouldBe(0.4902, 1e-4);
        high.ShouldBe(0.9433, 1e-4);
    }

    private static string Svg(string html) => html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)];

    private static StageResult Stage(string name, string engine, string? file, TaskDefinition task, EvaluationSet data, int wrong)
    {
        float[] scores = new float[data.Texts.Count * 2];
        int[] predicted = new int[data.Texts.Count];
        for (int row = 0; row < predicted.Length; row++)
        {
            predicted[row] = row < wrong ? 1 - data.Labels[row] : data.Labels[row];
            scores[(row * 2) + predicted[row]] = 1 + row;
            LabelScores.Normalise(scores.AsSpan(row * 2, 2));
        }

        ClassificationReport report = ClassificationReport.Compute([.. data.Labels], predicted, [.. task.Labels.Select(label => label.Name)]);
        return new StageResult(new StageDefinition(name, engine, "q8_0", 1000, file, () => throw new InvalidOperationException()), scores, predicted, report, 0.1, 1, 0, 0.1, 50, "engine");
    }
}
