using System.Globalization;
using SlmEdge.Training.Progress;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>Shows a run on standard error: a bar on a terminal, otherwise one line per validation.</summary>
internal static class TrainingDisplay
{
    private static readonly IAnsiConsole Terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static void Message(string text) => Console.Error.WriteLine(text);

    public static T Run<T>(Func<IProgress<TrainingStep>, T> run) =>
        Console.IsErrorRedirected ? run(new LineProgress()) : RunWithBar(run);

    private static T RunWithBar<T>(Func<IProgress<TrainingStep>, T> run) => Terminal.Progress()
        .AutoClear(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
        .Start(context => run(new BarProgress(context.AddTask("starting"))));

    private static string Describe(TrainingStep step)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"step {step.Step}/{step.TotalSteps}  loss {step.Loss:F3}");
        if (step.ValidationLoss is { } loss)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"  valid {loss:F3}");
        }

        if (step.ValidationAccuracy is { } accuracy)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"  accuracy {accuracy:P1}");
        }

        return text + string.Create(CultureInfo.InvariantCulture, $"  {step.TokensPerSecond:N0} tokens/s  {step.Remaining:hh\\:mm\\:ss} left");
    }

    private sealed class BarProgress(ProgressTask task) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value)
        {
            task.MaxValue = value.TotalSteps;
            task.Value = value.Step;
            task.Description = Markup.Escape(Describe(value));
        }
    }

    private sealed class LineProgress : IProgress<TrainingStep>
    {
        private double? _lastValidation;

        public void Report(TrainingStep value)
        {
            if (value.ValidationLoss != _lastValidation || value.Step == 1)
            {
                _lastValidation = value.ValidationLoss;
                Console.Error.WriteLine(Describe(value));
            }
        }
    }
}
