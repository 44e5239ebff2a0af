using SlmEdge.Datasets.Statistics;

namespace SlmEdge.Datasets.Tests.Statistics;

public sealed class DatasetStatisticsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_truncation_is_priced_in_rows_and_in_what_is_learned()
    {
        // 10 + 5 learned, 20 + 4 learned, and a dialogue of 3, 6 learned, 2, 4 learned.
        string data = _folder.Write("rows.jsonl", """
            {"instruction": "0123456789", "output": "abcde"}
            {"instruction": "0123456789", "input": "0123456789", "output": "abcd"}
            {"messages": [{"role": "user", "content": "abc"}, {"role": "assistant", "content": "abcdef"}, {"role": "user", "content": "ab"}, {"role": "assistant", "content": "abcd"}]}
            """);
        StatisticsResult result = DatasetStatistics.Run(new StatisticsOptions { DataFiles = [data], Truncations = [24, 12, 5] }, null, CancellationToken.None);

        (result.Rows, result.Total, result.Supervised, result.LengthUnit).ShouldBe((3, 54, 19, "characters"));
        result.Truncations.ShouldBe([new TruncationCost(5, 3, 39, 5 + 4 + 8), new TruncationCost(12, 3, 18, 3 + 4 + 3), new TruncationCost(24, 0, 0, 0)]);
        (result.Percentile(0.5), result.Percentile(0.34), result.Percentile(1)).ShouldBe((15, 15, 24));
    }

    [SkippableFact]
    public void Figures_of_banking77_are_those_of_the_file()
    {
        string data = SharedData.Locate("data/banking77/test.csv");
        StatisticsResult result = DatasetStatistics.Run(
            new StatisticsOptions { DataFiles = [data], Dataset = new SlmEdge.Datasets.Rows.DatasetOptions { LabelColumn = "category" } }, null, CancellationToken.None);
        var rows = SlmEdge.Tasks.Data.LabelledTextReader.Read(data, new SlmEdge.Tasks.Data.ReaderOptions { LabelColumn = "category" });

        result.Rows.ShouldBe(3080);
        result.Total.ShouldBe(rows.Sum(row => row.Text.Length + row.Label.Length));
        result.Labels.ShouldAllBe(label => label.Value == 40);
        result.Languages[0].ShouldSatisfyAllConditions(language => language.Language.ShouldBe("en"), language => language.Rows.ShouldBeGreaterThan(3040));
        int[] lengths = [.. rows.Select(row => row.Text.Length + row.Label.Length).Order()];
        foreach (double share in new[] { 0.01, 0.5, 0.95, 1 })
        {
            result.Percentile(share).ShouldBe(lengths[(int)Math.Ceiling(share * lengths.Length) - 1]);
        }
    }
}
