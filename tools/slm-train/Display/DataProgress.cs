using SlmEdge.Datasets;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>Progress of work on data on standard error: a bar on a terminal, nothing elsewhere.</summary>
internal static class DataProgress
{
    public static T Run<T>(Func<IProgress<DatasetProgress>?, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            return work(null);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new Bar(context.AddTask("starting"))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<DatasetProgress>
    {
        public void Report(DatasetProgress value)
        {
            task.MaxValue = Math.Max(1, value.Total);
            task.Value = value.Done;
            task.Description = Markup.Escape(value.Step);
        }
    }
}
