using System.CommandLine;
using SlmEdge.Datasets.Decontamination;
using SlmEdge.Train.Display;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data decontaminate</c>: removes from the training rows what the test rows hold.</summary>
internal static class DataDecontaminateCommand
{
    public static Command Create()
    {
        var train = new Option<FileInfo>("--train") { Description = "Training rows", Required = true };
        var test = new Option<FileInfo[]>("--test") { Description = "Rows that must stay unseen; several files may be given", Required = true, AllowMultipleArgumentsPerToken = true };
        var output = new Option<FileInfo?>("--out") { Description = "Where the clean training rows go; without it they are only counted" };
        var removed = new Option<FileInfo?>("--removed") { Description = "Where the removed rows go, each with its test row" };
        var exact = new Option<bool>("--exact") { Description = "Look for equal texts only" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace existing files" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var near = new NearOptions();
        var rows = new RowOptions();
        var command = new Command("decontaminate", "Remove test rows, exact and near, from training rows") { train, test, output, removed, exact, overwrite, json };
        near.AddTo(command);
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            DecontaminateResult result = DataProgress.Run(progress => Decontaminator.Run(
                new DecontaminateOptions
                {
                    TrainFile = parsed.GetValue(train)!.FullName,
                    TestFiles = [.. parsed.GetValue(test)!.Select(file => file.FullName)],
                    OutputFile = parsed.GetValue(output)?.FullName,
                    RemovedFile = parsed.GetValue(removed)?.FullName,
                    Near = parsed.GetValue(exact) ? null : near.Read(parsed),
                    Overwrite = parsed.GetValue(overwrite),
                    Dataset = rows.Read(parsed),
                },
                progress,
                cancellation));
            if (parsed.GetValue(json))
            {
                DataJson.Print(result);
            }
            else
            {
                DataDisplay.Print(result, parsed.GetValue(output)?.ToString());
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }
}
