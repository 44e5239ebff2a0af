using SlmEdge.Export;
using Spectre.Console;

namespace SlmEdge.ExportTool.Display;

/// <summary>Progress on standard error: a bar on a terminal, nothing elsewhere.</summary>
internal static class ProgressDisplay
{
    public static void Run(string title, Action<IProgress<ExportProgress>?> work) => Run<object?>(title, progress =>
    {
        work(progress);
        return null;
    });

    public static T Run<T>(string title, Func<IProgress<ExportProgress>?, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            return work(null);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new Bar(context.AddTask(Markup.Escape(title)), title)));
    }

    private sealed class Bar(ProgressTask task, string title) : IProgress<ExportProgress>
    {
        public void Report(ExportProgress value)
        {
            task.MaxValue = Math.Max(1, value.Total);
            task.Value = value.Done;
            task.Description = Markup.Escape($"{title}: {value.Step}");
        }
    }
}
