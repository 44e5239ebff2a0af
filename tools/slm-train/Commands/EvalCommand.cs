using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.Runs;
using Spectre.Console;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train eval</c>: accuracy of a model, with or without an adapter, on labelled rows.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var @base = new Option<DirectoryInfo>("--base") { Description = "Base model, or the model of a full run", Required = true };
        var adapter = new Option<DirectoryInfo?>("--adapter") { Description = "Adapter directory" };
        var task = new Option<FileInfo>("--task") { Description = "Task definition", Required = true };
        var data = new Option<FileInfo>("--data") { Description = "Labelled rows: .jsonl or .csv", Required = true };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads; 0 leaves the choice to libtorch" }.InThreads();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("eval", "Score a model on labelled rows") { @base, adapter, task, data, textColumn, labelColumn, threads, json };
        command.SetAction((parsed, cancellation) =>
        {
            var result = ModelEvaluation.Run(
                new EvaluationOptions
                {
                    BaseDirectory = parsed.GetValue(@base)!.FullName,
                    AdapterDirectory = parsed.GetValue(adapter)?.FullName,
                    Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                    DataFile = parsed.GetValue(data)!.FullName,
                    TextColumn = parsed.GetValue(textColumn)!,
                    LabelColumn = parsed.GetValue(labelColumn)!,
                    Threads = parsed.GetValue(threads),
                },
                cancellation);
            Print(result, parsed.GetValue(json));
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Print(EvaluationResult result, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("label");
        foreach (var name in new[] { "precision", "recall", "F1", "rows" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var row in result.Labels)
        {
            table.AddRow(Markup.Escape(row.Label), Share(row.Precision), Share(row.Recall), Share(row.F1), row.Rows.ToString("N0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accuracy {result.Accuracy:P2}, macro-F1 {result.MacroF1:F4}, calibration error {result.CalibrationError:F4}, {result.Rows:N0} rows, {result.TextsPerSecond:N0} texts/s"));
    }

    private static string Share(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
