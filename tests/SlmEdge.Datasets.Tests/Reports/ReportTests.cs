using SlmEdge.Datasets.Quality;
using SlmEdge.Datasets.Reports;
using SlmEdge.Datasets.Statistics;

namespace SlmEdge.Datasets.Tests.Reports;

public sealed class ReportTests
{
    [Fact]
    public void Reports_stand_alone_and_escape_what_they_quote()
    {
        using var folder = new TemporaryFolder();
        string data = folder.WriteRows("rows.jsonl", [("<script>alert(1)</script>", "<b>"), ("<script>alert(1)</script>", "c"), ("cafÃ© is the text", "<b>")]);
        string check = CheckReport.Render(DatasetCheck.Run(new CheckOptions { DataFiles = [data] }, null, CancellationToken.None));
        string figures = StatisticsReport.Render(DatasetStatistics.Run(new StatisticsOptions { DataFiles = [data] }, null, CancellationToken.None));

        foreach (string html in new[] { check, figures })
        {
            html.ShouldNotContain("<script");
            html.ShouldNotContain("<b>\"");
            html.ShouldNotContain("http");
            html.ShouldContain("<svg");
        }

        check.ShouldContain("contradiction");
        check.ShouldContain("&lt;script&gt;");
    }
}
