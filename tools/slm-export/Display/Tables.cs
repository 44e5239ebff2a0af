using Spectre.Console;

namespace SlmEdge.ExportTool.Display;

/// <summary>Tables on standard output; plain and wide enough where it is no terminal.</summary>
internal static class Tables
{
    private const int MinimumWidth = 140;

    public static IAnsiConsole Output()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = MinimumWidth;
        }

        return console;
    }

    public static Table Create(params (string Name, bool Number)[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var (name, number) in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name)) { Alignment = number ? Justify.Right : Justify.Left, NoWrap = true });
        }

        return table;
    }
}
