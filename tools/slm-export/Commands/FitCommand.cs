using System.CommandLine;
using SlmEdge.Export;
using SlmEdge.Export.Fitting;
using SlmEdge.Export.Gguf;
using SlmEdge.ExportTool.Display;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export fit</c>.</summary>
internal static class FitCommand
{
    private const string Description = """
        Search prompt, layers, vocabulary and quantisation for the fastest model that keeps to the limits, and build its bundle.

        Candidates are scored on the run's validation rows and timed on this machine. Exit code 1 when none keeps to the limits;
        table and report are written all the same. What was scored is kept until the search has ended: the same command goes on.
        """;

    public static Command Create()
    {
        var run = new Option<string>("--run") { Description = "Folder of a finished 'slm-train sft' run.", Required = true, HelpName = "DIR" };
        var baseModel = new Option<string?>("--base") { Description = "Folder of the base model, when it has moved since the run.", HelpName = "DIR" };
        Option<string> output = CommonOptions.Output("The bundle to write: a .slmb file, or a folder.");
        var latency = new Option<double?>("--max-latency-ms") { Description = "Longest median time of one text alone, on this machine.", HelpName = "MS" }.Between(1e-6, 1e9);
        var size = new Option<double?>("--max-size-mb") { Description = "Largest size of the model's files, in MiB.", HelpName = "MB" }.Between(1e-6, 1e9);
        var accuracy = new Option<double?>("--min-accuracy") { Description = "Lowest accuracy on the validation rows, in %.", HelpName = "PERCENT" }.Between(0, 100);
        var loss = new Option<double?>("--max-loss") { Description = "Most accuracy points below the trained model; without it and --min-accuracy: 0.5.", HelpName = "POINTS" }.Between(0, 100);
        string[] formats = [.. GgufTypes.Names, FitRequest.OnnxInt4];
        var tried = new Option<string[]>("--formats") { Description = "Forms to try, separated by commas: " + string.Join(", ", formats) + ".", HelpName = "FORM,…", CustomParser = ListOption.Parse, DefaultValueFactory = _ => [] };
        ListOption.AcceptOnly(tried, formats);
        var minLayers = new Option<int>("--min-layers") { Description = "Fewest layers to try.", DefaultValueFactory = _ => 1, HelpName = "N" }.AtLeast(1);
        var recover = new Option<int>("--recover") { Description = "Train every model with fewer layers again for as many passes over the run's training rows.", DefaultValueFactory = _ => 0, HelpName = "EPOCHS" }.Between(0, 1000);
        var keepPrompt = new Option<bool>("--keep-prompt") { Description = "Leave the labels in the prompt; without it a prompt that lists them is also tried without, when --recover trains again." };
        var data = new Option<string?>("--data") { Description = "Held-out rows for the proof of the chosen one; without it the proof is on the validation rows that chose it.", HelpName = "FILE" };
        var work = new Option<string?>("--work") { Description = "Where models and scores are kept meanwhile; default: beside the bundle.", HelpName = "DIR" };
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("fit", Description) { run, baseModel, output, latency, size, accuracy, loss, tried, minLayers, recover, keepPrompt, data, work, maxKl, threads, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            double? minAccuracy = parsed.GetValue(accuracy) / 100;
            var request = new FitRequest
            {
                RunDirectory = parsed.GetValue(run)!,
                BaseDirectory = parsed.GetValue(baseModel),
                OutputPath = parsed.GetValue(output)!,
                Limits = new FitLimits(
                    parsed.GetValue(latency),
                    parsed.GetValue(size) is { } mebibytes ? (long)(mebibytes * (1 << 20)) : null,
                    minAccuracy,
                    parsed.GetValue(loss) ?? (minAccuracy is null ? 0.5 : null)),
                MinLayers = parsed.GetValue(minLayers),
                RecoverEpochs = parsed.GetValue(recover),
                KeepPrompt = parsed.GetValue(keepPrompt),
                DataFile = parsed.GetValue(data),
                WorkDirectory = parsed.GetValue(work),
                MaxKl = parsed.GetValue(maxKl),
                Threads = parsed.GetValue(threads),
            };
            if (parsed.GetValue(tried) is { Length: > 0 } chosen)
            {
                request = request with { Formats = chosen };
            }

            FitOutcome outcome = ProgressDisplay.Run("fit", progress => Search(request, progress, ct));
            FitDisplay.Show(outcome, request.DataFile is null, parsed.GetValue(json));
            return outcome.Best is null
                ? throw new ExportException($"No candidate keeps to the limits. The table above shows what can be had, and the report '{outcome.ReportPath}', too; loosen a limit, or add --recover.")
                : 0;
        }, CancellationToken.None));
        return command;
    }

    private static FitOutcome Search(FitRequest request, IProgress<ExportProgress>? progress, CancellationToken ct)
    {
        // On a terminal the bar moves; elsewhere one line for each candidate says that the search does.
        var search = new FitSearch(request, progress, progress is null ? FitDisplay.Scored : null, ct);
        try
        {
            return search.Run();
        }
        catch (OperationCanceledException e) when (Directory.Exists(search.WorkDirectory))
        {
            throw new StoppedException($"What was made and scored is kept in {search.WorkDirectory}; the same command goes on from it.", e);
        }
    }
}
