using System.CommandLine;
using SlmEdge.Datasets.Quality;
using SlmEdge.Datasets.Reports;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Train.Commands.Data;

/// <summary><c>slm-train data check</c>: whatever spoils training, with counts and first rows.</summary>
internal static class DataCheckCommand
{
    private const int MostCharacters = 16384;

    public static Command Create()
    {
        var data = new Option<FileInfo[]>("--data") { Description = "Rows: .jsonl or .csv, also .gz; several files are checked together", Required = true, AllowMultipleArgumentsPerToken = true };
        var @base = new Option<DirectoryInfo?>("--base") { Description = "Base model whose tokenizer measures the rows, against its context" };
        var task = new Option<FileInfo?>("--task") { Description = "Task whose labels the rows have to have" };
        var length = new Option<int>("--max-length") { DefaultValueFactory = _ => 0, Description = "Most tokens of a row (characters without --base); 0 is the context of the base, or 16,384 characters" }.AtLeast(0);
        var noNear = new Option<bool>("--no-near") { Description = "Leave out near duplicates, which take most of the time" };
        var noPii = new Option<bool>("--no-pii") { Description = "Leave out personal data" };
        var show = new Option<int>("--show") { DefaultValueFactory = _ => 5, Description = "Rows to name of each finding" }.Between(1, 1000);
        var report = new Option<FileInfo?>("--report") { Description = "Write an HTML report" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var near = new NearOptions();
        var rows = new RowOptions();
        var command = new Command("check", "Look for whatever spoils training; exit code 1 when there are errors") { data, @base, task, length, noNear, noPii, show, report, json };
        near.AddTo(command);
        rows.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            string? directory = parsed.GetValue(@base)?.FullName;
            using BaseTokenizer? tokenizer = directory is null ? null : BaseTokenizer.Open(directory);
            int most = parsed.GetValue(length);
            if (most == 0)
            {
                most = directory is null ? MostCharacters : DecoderConfig.Load(directory).MaxPositionEmbeddings;
            }

            CheckResult result = DataProgress.Run(progress => DatasetCheck.Run(
                new CheckOptions
                {
                    DataFiles = [.. parsed.GetValue(data)!.Select(file => file.FullName)],
                    Task = parsed.GetValue(task) is { } file ? TaskDefinition.Load(file.FullName) : null,
                    Tokenizer = tokenizer,
                    MaxLength = most,
                    Near = parsed.GetValue(noNear) ? null : near.Read(parsed),
                    Pii = !parsed.GetValue(noPii),
                    Shown = parsed.GetValue(show),
                    Dataset = rows.Read(parsed),
                },
                progress,
                cancellation));
            if (parsed.GetValue(report) is { } page)
            {
                CheckReport.Write(result, page.FullName);
            }

            if (parsed.GetValue(json))
            {
                DataJson.Print(result);
            }
            else
            {
                DataDisplay.Print(result);
            }

            return Task.FromResult(result.Failed ? ExitCodes.Failed : ExitCodes.Done);
        });
        return command;
    }
}
