using System.Text;
using SlmEdge.Datasets.Quality;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Reports;

namespace SlmEdge.Datasets.Reports;

/// <summary>A check as one self-contained HTML file, readable offline.</summary>
public static class CheckReport
{
    private const int MostBars = 40;

    /// <summary>Writes the report, atomically; replaces an older one.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="path">The file.</param>
    public static void Write(CheckResult result, string path) => AtomicFile.WriteText(path, Render(result));

    /// <summary>Renders the report.</summary>
    /// <param name="result">What was found.</param>
    public static string Render(CheckResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string files = string.Join(", ", result.Files.Select(file => Path.GetFileName(file)));
        var page = new ReportPage($"Check of {files}", "Every kind of finding with its first rows. Personal data is shown masked.");
        page.Facts(
            (HtmlText.Number(result.Rows, "N0"), "rows"),
            (HtmlText.Number(result.Labels.Count, "N0"), "labels"),
            (Of(result, Severity.Error), "kinds of errors"),
            (Of(result, Severity.Warning), "kinds of warnings"));
        page.Verdict(!result.Failed, result.Failed ? "There are errors: training would stop at them, or learn what is wrong." : result.Findings.Count == 0 ? "Nothing was found." : "No errors.");
        if (result.Findings.Count > 0)
        {
            page.Card("Findings", null, Findings(result));
        }

        if (result.Labels.Count > 0)
        {
            page.Card("Labels", null, BarChart.Horizontal(result.Labels, MostBars));
        }

        if (result.Lengths.Count > 0)
        {
            page.Card("Lengths", $"In {result.LengthUnit}, without what a prompt adds; the last bar holds everything longer.", BarChart.Histogram(result.Lengths, result.LengthUnit));
        }

        if (result.Languages.Count > 0)
        {
            page.Card("Languages", "Guessed from script, letters and small words; 'und' where a text has none of them.", BarChart.Horizontal(result.Languages, MostBars));
        }

        return page.Render();
    }

    private static string Of(CheckResult result, Severity severity) => HtmlText.Number(result.Findings.Count(finding => finding.Kind.Severity == severity), "N0");

    private static string Findings(CheckResult result)
    {
        var html = new StringBuilder();
        foreach (Finding finding in result.Findings)
        {
            string severity = finding.Kind.Severity.ToString().ToLowerInvariant();
            html.Append($"<div class=\"finding\"><span class=\"badge {severity}\">{severity}</span><b class=\"count\">{HtmlText.Number(finding.Count, "N0")}</b> {HtmlText.Escape(finding.Kind.Title)} <span class=\"soft\"><code>{finding.Kind.Code}</code> {HtmlText.Escape(finding.Kind.Advice)}</span><ul>");
            foreach (FindingExample example in finding.First)
            {
                string file = result.Files.Count > 1 ? Path.GetFileName(example.File) + ", " : "";
                html.Append($"<li>{(example.Row is { } row ? $"<span class=\"soft\">{HtmlText.Escape(file)}row {row}:</span> " : "")}{HtmlText.Escape(example.Detail)}</li>");
            }

            html.Append("</ul></div>");
        }

        return html.ToString();
    }
}
