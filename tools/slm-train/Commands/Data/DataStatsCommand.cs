using System.CommandLine;
using SlmEdge.Datasets.Reports;
using SlmEdge.Datasets.Statistics;
using SlmEdge.Train.Display;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data stats</c>: what rows cost in tokens.</summary>
internal static class DataStatsCommand
{
    public static Command Create()
    {
        var data = new Option<FileInfo[]>("--data") { Description = "Rows: .jsonl or .csv, also .gz; several files are counted together", Required = true, AllowMultipleArgumentsPerToken = true };
        var @base = new Option<DirectoryInfo?>("--base") { Description = "Base model whose tokenizer counts; without it characters are counted" };
        var truncate = new Option<int[]>("--truncate") { DefaultValueFactory = _ => [128, 256, 512, 1024, 2048, 4096], Description = "Lengths at which a truncation is priced", AllowMultipleArgumentsPerToken = true };
        var report = new Option<FileInfo?>("--report") { Description = "Write an HTML report" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var rows = new RowOptions();
        var command = new Command("stats", "Count tokens, languages, labels, and the cost of a truncation") { data, @base, truncate, report, json };
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            using BaseTokenizer? tokenizer = parsed.GetValue(@base) is { } directory ? BaseTokenizer.Open(directory.FullName) : null;
            StatisticsResult result = DataProgress.Run(progress => DatasetStatistics.Run(
                new StatisticsOptions
                {
                    DataFiles = [.. parsed.GetValue(data)!.Select(file => file.FullName)],
                    Tokenizer = tokenizer,
                    Truncations = [.. parsed.GetValue(truncate)!.Where(length => length > 0)],
                    Dataset = rows.Read(parsed),
                },
                progress,
                cancellation));
            if (parsed.GetValue(report) is { } file)
            {
                StatisticsReport.Write(result, file.FullName);
            }

            if (parsed.GetValue(json))
            {
                DataJson.Print(result);
            }
            else
            {
                DataDisplay.Print(result);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
