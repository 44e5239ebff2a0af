using System.CommandLine;
using SlmEdge.Datasets.Deduplication;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Train.Display;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data dedupe</c>: removes rows whose text stands in the file already.</summary>
internal static class DataDedupeCommand
{
    public static Command Create()
    {
        var data = new Option<FileInfo>("--data") { Description = "Rows: .jsonl or .csv, also .gz", Required = true };
        var output = new Option<FileInfo>("--out") { Description = "Where the kept rows go, byte for byte", Required = true };
        var removed = new Option<FileInfo?>("--removed") { Description = "Where the removed rows go, each with the row it repeats" };
        var exact = new Option<bool>("--exact") { Description = "Remove equal texts only, no near duplicates" };
        var keep = new Option<RowPriority>("--keep") { DefaultValueFactory = _ => RowPriority.First, Description = "Which of several is kept: first or longest" }.Named();
        var acrossLabels = new Option<bool>("--across-labels") { Description = "Remove a repeated text also where its label is another" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace existing files" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var near = new NearOptions();
        var rows = new RowOptions();
        var command = new Command("dedupe", "Remove exact and near duplicates") { data, output, removed, exact, keep, acrossLabels, overwrite, json };
        near.AddTo(command);
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            DedupeResult result = DataProgress.Run(progress => Deduplicator.Run(
                new DedupeOptions
                {
                    DataFile = parsed.GetValue(data)!.FullName,
                    OutputFile = parsed.GetValue(output)!.FullName,
                    RemovedFile = parsed.GetValue(removed)?.FullName,
                    Near = parsed.GetValue(exact) ? null : near.Read(parsed),
                    Keep = parsed.GetValue(keep),
                    AcrossLabels = parsed.GetValue(acrossLabels),
                    Overwrite = parsed.GetValue(overwrite),
                    Dataset = rows.Read(parsed),
                },
                progress,
                cancellation));
            if (parsed.GetValue(json))
            {
                DataJson.Print(result);
                return Task.FromResult(ExitCodes.Done);
            }

            Console.WriteLine(FormattableString.Invariant($"{result.Rows:N0} rows: {result.RemovedExact:N0} exact and {result.RemovedNear:N0} near duplicates removed, {result.Kept:N0} rows written to {parsed.GetValue(output)}"));
            DataDisplay.PrintSkipped(result.SkippedComparisons);
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
