using SlmEdge.Datasets.Statistics;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Reports;

namespace SlmEdge.Datasets.Reports;

/// <summary>Figures of a data set as one self-contained HTML file, readable offline.</summary>
public static class StatisticsReport
{
    private const int MostBars = 40;

    /// <summary>Writes the report, atomically; replaces an older one.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="path">The file.</param>
    public static void Write(StatisticsResult result, string path) => AtomicFile.WriteText(path, Render(result));

    /// <summary>Renders the report.</summary>
    /// <param name="result">The figures.</param>
    public static string Render(StatisticsResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string unit = result.LengthUnit;
        var page = new ReportPage($"Figures of {string.Join(", ", result.Files.Select(file => Path.GetFileName(file)))}", $"Lengths are in {unit} of the rows' own texts, without what a prompt or a chat template adds.");
        page.Facts(
            (Number(result.Rows), "rows"),
            (Number(result.Total), unit),
            (Share(result.Supervised, result.Total), $"of the {unit} are learned"),
            (Number(result.Percentile(0.5)), $"{unit} of a row, median"),
            (Number(result.Percentile(0.99)), "99th percentile"),
            (Number(result.Percentile(1)), "longest"));
        page.Card("Lengths", "The last bar holds everything longer.", BarChart.Histogram(result.Lengths, unit, (result.Percentile(0.5), "median"), (result.Percentile(0.95), "95 %")));
        page.Card("What a truncation costs", "Rows are cut at their end, and that is where the answer stands.", ReportPage.Table(
            ["cut at", "rows cut", "of all rows", $"{unit} lost", "learned lost", "of all learned"],
            result.Truncations.Select(cost => new[] { Number(cost.Length), Number(cost.Rows), Share(cost.Rows, result.Rows), Number(cost.Lost), Number(cost.SupervisedLost), Share(cost.SupervisedLost, result.Supervised) })));
        page.Card("Languages", "Guessed from script, letters and small words; 'und' where a text has none of them.", ReportPage.Table(
            ["language", "rows", "words", unit, $"{unit} per word"],
            result.Languages.Select(language => new[] { language.Language, Number(language.Rows), Number(language.Words), Number(language.Tokens), HtmlText.Number(language.TokensPerWord, "0.00") })));
        if (result.Labels.Count > 0)
        {
            page.Card("Labels", null, BarChart.Horizontal(result.Labels, MostBars));
        }

        return page.Render();
    }

    private static string Number(long value) => HtmlText.Number(value, "N0");

    private static string Share(long part, long all) => all == 0 ? "–" : HtmlText.Percent((double)part / all);
}
