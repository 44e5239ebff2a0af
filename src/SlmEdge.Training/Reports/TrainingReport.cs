using System.Globalization;
using System.Net;
using System.Text;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.Reports;

/// <summary><c>report.html</c> of a run: what was trained on what, the loss curves, the outcome. One file, readable without a network.</summary>
public static class TrainingReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #ffffff; --a: #2563c9; --b: #d9622b; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa4b2; --line: #333c48; --paper: #14181e; --a: #6aa2ff; --b: #ff9a62; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1.2rem; }
        h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        p.lead { color: var(--soft); margin-top: 0; }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { font-weight: 600; color: var(--soft); white-space: nowrap; } td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        table.written { width: 100%; table-layout: fixed; } .written td { white-space: pre-wrap; }
        svg { width: 100%; height: auto; } svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
        .grid { stroke: var(--line); } .train { stroke: var(--a); } .valid { stroke: var(--b); } .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
        .key { display: inline-block; width: .8rem; height: .2rem; vertical-align: middle; margin: 0 .3rem 0 1rem; } .key.a { background: var(--a); } .key.b { background: var(--b); }
        """;

    /// <summary>Writes the report from <c>run.json</c> and <c>metrics.jsonl</c>.</summary>
    /// <param name="runDirectory">Run directory.</param>
    /// <returns>Path of the report.</returns>
    public static string Write(string runDirectory)
    {
        var record = RunRecord.Load(runDirectory);
        var metrics = MetricsLog.Read(RunDirectory.MetricsPath(runDirectory));
        var html = new StringBuilder();
        var title = record.Task is { } task ? $"{task.Name}: {record.Method}" : record.Command == "dpo" ? $"Preferences: {record.Method}" : "Pre-training";
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append(CultureInfo.InvariantCulture, $"<title>{Text(title)}</title><style>{Style}</style><h1>{Text(title)}</h1>")
            .Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{Text(record.Command)} · started {record.StartedUtc:yyyy-MM-dd HH:mm} UTC · seed {record.Seed}</p>");
        AppendLoss(html, metrics);
        AppendAccuracy(html, metrics);
        AppendRewards(html, metrics);
        AppendGeneral(html, metrics);
        AppendTable(html, "Outcome", record.Results);
        AppendSamples(html, WrittenSample.Load(runDirectory));
        AppendData(html, record);
        AppendTable(html, "Settings", record.Settings);
        html.Append("<h2>Machine</h2><table>");
        foreach (var (name, value) in new[]
        {
            ("system", record.Environment.OperatingSystem), ("runtime", record.Environment.Runtime), ("SlmEdge", record.Environment.SlmEdge),
            ("device", record.Environment.Device), ("threads", record.Environment.TorchThreads.ToString(CultureInfo.InvariantCulture)),
        })
        {
            Row(html, name, value);
        }

        html.Append("</table></html>");
        var path = RunDirectory.ReportPath(runDirectory);
        AtomicFile.WriteText(path, html.ToString());
        return path;
    }

    private static void AppendLoss(StringBuilder html, IReadOnlyList<MetricsRecord> metrics)
    {
        var train = metrics.Where(m => m.Loss is not null).Select(m => (m.Step, m.Loss!.Value)).ToArray();
        var valid = metrics.Where(m => m.ValidationLoss is not null).Select(m => (m.Step, m.ValidationLoss!.Value)).ToArray();
        if (train.Length == 0)
        {
            return;
        }

        html.Append("<h2>Loss</h2><p><span class=\"key a\"></span>training, smoothed<span class=\"key b\"></span>validation</p>");
        html.Append(LineChart.Render([new ChartSeries("train", LineChart.Smooth(train)), new ChartSeries("valid", valid)], "step", "F2"));
    }

    private static void AppendAccuracy(StringBuilder html, IReadOnlyList<MetricsRecord> metrics)
    {
        var accuracy = metrics.Where(m => m.ValidationAccuracy is not null).Select(m => (m.Step, m.ValidationAccuracy!.Value * 100)).ToArray();
        if (accuracy.Length > 1)
        {
            html.Append("<h2>Validation accuracy, %</h2>").Append(LineChart.Render([new ChartSeries("valid", accuracy)], "step", "F1"));
        }
    }

    private static void AppendRewards(StringBuilder html, IReadOnlyList<MetricsRecord> metrics)
    {
        var scored = metrics.Where(m => m.ValidationRewards is not null).ToArray();
        if (scored.Length < 2)
        {
            return;
        }

        html.Append("<h2>Rewards of the validation pairs</h2><p><span class=\"key a\"></span>chosen<span class=\"key b\"></span>rejected</p>");
        html.Append(LineChart.Render(
            [
                new ChartSeries("train", [.. scored.Select(m => (m.Step, m.ValidationRewards!.Chosen))]),
                new ChartSeries("valid", [.. scored.Select(m => (m.Step, m.ValidationRewards!.Rejected))]),
            ],
            "step",
            "F2"));
        html.Append("<h2>Reward margin</h2><p><span class=\"key a\"></span>training, smoothed<span class=\"key b\"></span>validation</p>");
        var margins = metrics.Where(m => m.Rewards is not null).Select(m => (m.Step, m.Rewards!.Margin)).ToArray();
        html.Append(LineChart.Render(
            [new ChartSeries("train", LineChart.Smooth(margins)), new ChartSeries("valid", [.. scored.Select(m => (m.Step, m.ValidationRewards!.Margin))])], "step", "F2"));
    }

    private static void AppendGeneral(StringBuilder html, IReadOnlyList<MetricsRecord> metrics)
    {
        var general = metrics.Where(m => m.GeneralLoss is not null).Select(m => (m.Step, m.GeneralLoss!.Value)).ToArray();
        if (general.Length > 1)
        {
            html.Append("<h2>Loss of the general rows, smoothed</h2>").Append(LineChart.Render([new ChartSeries("train", LineChart.Smooth(general))], "step", "F2"));
        }
    }

    private static void AppendSamples(StringBuilder html, IReadOnlyList<WrittenSample> samples)
    {
        if (samples.Count == 0)
        {
            return;
        }

        html.Append("<h2>What it writes</h2><p>Greedy answers of the kept weights to validation rows, which it was not trained on.</p><table class=\"written\"><tr><th>asked<th>wanted<th>answer</tr>");
        foreach (var sample in samples)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(sample.Question)}<td>{Text(sample.Reference)}<td>{Text(sample.Answer)}</tr>");
        }

        html.Append("</table>");
    }

    private static void AppendData(StringBuilder html, RunRecord record)
    {
        html.Append("<h2>Data</h2><table><tr><th>use<th>file<th>rows<th>SHA-256</tr>");
        foreach (var data in record.Data)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(data.Role)}<td>{Text(Path.GetFileName(data.Path))}<td>{data.Rows?.ToString("N0", CultureInfo.InvariantCulture)}<td>{data.Sha256[..16]}…</tr>");
        }

        html.Append("</table>");
    }

    private static void AppendTable(StringBuilder html, string title, System.Text.Json.JsonElement? values)
    {
        if (values is not { ValueKind: System.Text.Json.JsonValueKind.Object } element)
        {
            return;
        }

        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2><table>");
        foreach (var property in element.EnumerateObject().Where(p => p.Name != "task"))
        {
            Row(html, Words(property.Name), Readable(property.Value));
        }

        html.Append("</table>");
    }

    /// <summary><c>validationLoss</c> → <c>validation loss</c>.</summary>
    private static string Words(string name) =>
        string.Concat(name.Select(c => char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));

    private static string Readable(System.Text.Json.JsonElement value) => value.ValueKind switch
    {
        System.Text.Json.JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString("N0", CultureInfo.InvariantCulture),
        System.Text.Json.JsonValueKind.Number => value.GetDouble().ToString("G5", CultureInfo.InvariantCulture),
        System.Text.Json.JsonValueKind.True => "yes",
        System.Text.Json.JsonValueKind.False => "no",
        _ => value.ToString(),
    };

    private static void Row(StringBuilder html, string name, string value) =>
        html.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}<td>{Text(value)}</tr>");

    private static string Text(string value) => WebUtility.HtmlEncode(value);
}
