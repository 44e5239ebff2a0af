using System.CommandLine;
using SlmEdge.Datasets.Splitting;
using SlmEdge.Train.Display;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data split</c>: training, validation and test rows, none of which knows another part.</summary>
internal static class DataSplitCommand
{
    public static Command Create()
    {
        var data = new Option<FileInfo>("--data") { Description = "Rows: .jsonl or .csv, also .gz", Required = true };
        var output = new Option<DirectoryInfo>("--out") { Description = "Folder for train, valid and test", Required = true };
        var train = new Option<double>("--train") { DefaultValueFactory = _ => 0.8, Description = "Share of training rows" }.Between(0.0, 1.0);
        var valid = new Option<double>("--valid") { DefaultValueFactory = _ => 0.1, Description = "Share of validation rows" }.Between(0.0, 1.0);
        var test = new Option<double>("--test") { DefaultValueFactory = _ => 0.1, Description = "Share of test rows" }.Between(0.0, 1.0);
        var group = new Option<string?>("--group-by") { Description = "Column whose equal values stay in one part: a customer, a machine, a document" };
        var keepNear = new Option<bool>("--near") { Description = "Keep near duplicates in one part" };
        var plain = new Option<bool>("--no-stratify") { Description = "Do not give every label its share in every part" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 0, Description = "Another seed, another split" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace existing files" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var near = new NearOptions();
        var rows = new RowOptions();
        var command = new Command("split", "Split rows into training, validation and test files") { data, output, train, valid, test, group, keepNear, plain, seed, overwrite, json };
        near.AddTo(command);
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            SplitResult result = DataProgress.Run(progress => Splitter.Run(
                new SplitOptions
                {
                    DataFile = parsed.GetValue(data)!.FullName,
                    OutputFolder = parsed.GetValue(output)!.FullName,
                    Train = parsed.GetValue(train),
                    Valid = parsed.GetValue(valid),
                    Test = parsed.GetValue(test),
                    Near = parsed.GetValue(keepNear) ? near.Read(parsed) : null,
                    Stratify = !parsed.GetValue(plain),
                    Seed = parsed.GetValue(seed),
                    Overwrite = parsed.GetValue(overwrite),
                    Dataset = rows.Read(parsed) with { GroupColumn = parsed.GetValue(group) },
                },
                progress,
                cancellation));
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
