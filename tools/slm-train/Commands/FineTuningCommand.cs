using System.Globalization;
using System.Text.Json;
using SlmEdge.Train.Display;
using SlmEdge.Training.Checkpoints;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Progress;
using SlmEdge.Training.Reports;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Commands;

/// <summary>How a fine-tuning command runs and says what came of it.</summary>
internal static class FineTuningCommand
{
    public static void Run(FineTuningOptions options, Func<IProgress<TrainingStep>, FineTuningResult> train, bool json)
    {
        FineTuningResult result;
        try
        {
            result = TrainingDisplay.Run(train);
        }
        catch (OperationCanceledException e) when (Checkpoint.Exists(options.OutputDirectory))
        {
            throw new StoppedException($"The checkpoint in {Checkpoint.Directory(options.OutputDirectory)} is kept; the same command with --resume goes on from it.", e);
        }

        var report = TrainingReport.Write(options.OutputDirectory);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        var accuracy = result.ValidationAccuracy is { } share ? string.Create(CultureInfo.InvariantCulture, $", accuracy {share:P2}") : string.Empty;
        var margin = result.ValidationRewards is { } rewards ? string.Create(CultureInfo.InvariantCulture, $", reward margin {rewards.Margin:F3}") : string.Empty;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Best step {result.BestStep} of {result.Steps}: validation loss {result.ValidationLoss:F4}{accuracy}{margin} on {result.ValidationRows:N0} rows, {result.Seconds:F0} s"));
        Console.WriteLine($"{(options.Method == FineTuningMethod.Full ? "Model" : "Adapter")}: {result.ArtifactDirectory}");
        Console.WriteLine($"Report: {report}");
    }
}
