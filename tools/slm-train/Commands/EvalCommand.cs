using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Train.Display;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Commands;

/// <summary><c>slm-train eval</c>: what a model, with or without an adapter, decides or writes for rows whose answers are known.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var @base = new Option<DirectoryInfo>("--base") { Description = "Base model (folder or GGUF file), or the model of a full run", Required = true };
        var adapter = new Option<DirectoryInfo?>("--adapter") { Description = "Adapter directory" };
        var task = new Option<FileInfo>("--task") { Description = "Task definition", Required = true };
        var data = new Option<FileInfo>("--data") { Description = "Rows with the wanted answers: .jsonl or .csv", Required = true };
        var textColumn = new Option<string>("--text-column") { DefaultValueFactory = _ => "text", Description = "Column with the text" };
        var labelColumn = new Option<string>("--label-column") { DefaultValueFactory = _ => "label", Description = "Column with the label" };
        var train = new Option<FileInfo?>("--train") { Description = "What the model was trained on: trains and scores the baselines beside it" };
        var against = new Option<DirectoryInfo?>("--against") { Description = "A second model to compare with, row by row" };
        var againstAdapter = new Option<DirectoryInfo?>("--against-adapter") { Description = "Adapter of the second model; without --against it goes on --base" };
        var general = new Option<FileInfo?>("--general") { Description = "General text (.txt, .jsonl, .gz): measures what training made the model forget" };
        var generalTokens = new Option<int>("--general-tokens") { DefaultValueFactory = _ => 16384, Description = "Tokens of general text to score" }.AtLeast(64);
        var report = new Option<FileInfo?>("--report") { Description = "Write an HTML report" };
        var maxNewTokens = new Option<int>("--max-new-tokens") { DefaultValueFactory = _ => 256, Description = "Most tokens of an answer, of tasks that write text" }.AtLeast(1);
        var labelThreshold = new Option<double?>("--label-threshold") { Description = "From which probability on a label is given, of tasks with several labels a text; else the task's or the run's" };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 0, Description = "Compute threads; 0 leaves the choice to libtorch" }.InThreads();
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };
        var command = new Command("eval", "Score a model on rows whose answers are known") 
        {
            @base, adapter, task, data, textColumn, labelColumn, train, against, againstAdapter, general, generalTokens, maxNewTokens, labelThreshold, report, threads, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var asJson = parsed.GetValue(json);
            var options = new EvaluationOptions
            {
                BaseDirectory = parsed.GetValue(@base)!.FullName,
                AdapterDirectory = parsed.GetValue(adapter)?.FullName,
                Task = TaskDefinition.Load(parsed.GetValue(task)!.FullName),
                DataFile = parsed.GetValue(data)!.FullName,
                TextColumn = parsed.GetValue(textColumn)!,
                LabelColumn = parsed.GetValue(labelColumn)!,
                TrainFile = parsed.GetValue(train)?.FullName,
                AgainstDirectory = parsed.GetValue(against)?.FullName,
                AgainstAdapterDirectory = parsed.GetValue(againstAdapter)?.FullName,
                GeneralFile = parsed.GetValue(general)?.FullName,
                GeneralTokens = parsed.GetValue(generalTokens),
                MaxNewTokens = parsed.GetValue(maxNewTokens),
                LabelThreshold = parsed.GetValue(labelThreshold),
                Threads = parsed.GetValue(threads),
            };
            ColumnsOfKind.Check(options.Task.Kind, parsed, textColumn, labelColumn);
            Action<string>? message = asJson ? null : TrainingDisplay.Message;
            if (options.Task.Decision.MultiLabel)
            {
                if (parsed.GetValue(report) is not null)
                {
                    throw new Training.TrainingException("--report shows decisions for one label a text; with several labels use --json.");
                }

                SeveralLabelsDisplay.Print(SeveralLabelsEvaluation.Run(options, message, cancellation), asJson);
            }
            else if (options.Task.Kind == TaskKind.Classify)
            {
                Score(options, parsed.GetValue(report), asJson, message, cancellation);
            }
            else
            {
                Write(options, parsed.GetValue(report), asJson, message, cancellation);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Score(EvaluationOptions options, FileInfo? report, bool json, Action<string>? message, CancellationToken cancellation)
    {
        var outcome = ModelEvaluation.Run(options, message, cancellation);
        if (report is not null)
        {
            EvaluationReport.Write(outcome, report.FullName);
        }

        Print(outcome.Result, json);
    }

    private static void Write(EvaluationOptions options, FileInfo? report, bool json, Action<string>? message, CancellationToken cancellation)
    {
        var outcome = WritingEvaluation.Run(options, message, cancellation);
        if (report is not null)
        {
            WritingReport.Write(outcome, report.FullName);
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(outcome.Result, RunRecord.Json));
        }
        else
        {
            WritingDisplay.Print(outcome.Result);
        }
    }

    private static void Print(EvaluationResult result, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        LabelTable.Print(result.Labels);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accuracy {result.Accuracy:P2}, macro-F1 {result.MacroF1:F4}, calibration error {result.CalibrationError:F4}, {result.Rows:N0} rows, {result.TextsPerSecond:N0} texts/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"95 % intervals: accuracy {result.AccuracyInterval.Low:P2} to {result.AccuracyInterval.High:P2}, macro-F1 {result.MacroF1Interval.Low:F4} to {result.MacroF1Interval.High:F4}"));
        foreach (var rival in result.Rivals)
        {
            var difference = rival.Comparison;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"against {rival.Name} ({rival.Accuracy:P2}, macro-F1 {rival.MacroF1:F4}): {100 * difference.AccuracyDifference:+0.00;-0.00;0.00} points ({100 * difference.AccuracyInterval.Low:+0.00;-0.00;0.00} to {100 * difference.AccuracyInterval.High:+0.00;-0.00;0.00}), p = {difference.PValue:F4}"));
        }

        WritingDisplay.PrintForgetting(result.Forgetting);
    }
}
