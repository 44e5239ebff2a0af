using System.Globalization;
using SlmEdge.Teachers.Keeping;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>Shows on standard error how far a teacher is: a bar on a terminal, otherwise a line at every tenth.</summary>
internal static class TeacherDisplay
{
    private static readonly IAnsiConsole Terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static Task<T> RunAsync<T>(string what, Func<IProgress<TeacherProgress>, Task<T>> run) => Console.IsErrorRedirected
        ? run(new LineProgress(what))
        : Terminal.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new BarProgress(context.AddTask("asking"), what)));

    public static string Describe(TeacherUsage usage, (double Prompt, double Answer) prices)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{usage.Questions:N0} questions ({usage.Asked:N0} asked now), {usage.PromptTokens:N0} tokens in, {usage.AnswerTokens:N0} tokens out");
        return prices is (0, 0) ? text : text + string.Create(CultureInfo.InvariantCulture, $", cost {usage.Cost(prices.Prompt, prices.Answer):F4}");
    }

    private static string Describe(TeacherProgress value, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} of {value.Total:N0} {what}, {value.Failed:N0} unusable, {value.AnswerTokens:N0} tokens");

    private sealed class BarProgress(ProgressTask task, string what) : IProgress<TeacherProgress>
    {
        public void Report(TeacherProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            task.Description = Markup.Escape(Describe(value, what));
        }
    }

    private sealed class LineProgress(string what) : IProgress<TeacherProgress>
    {
        private int _tenths;

        public void Report(TeacherProgress value)
        {
            var tenths = 10 * value.Done / Math.Max(1, value.Total);
            if (Interlocked.Exchange(ref _tenths, tenths) < tenths)
            {
                Console.Error.WriteLine(Describe(value, what));
            }
        }
    }
}
