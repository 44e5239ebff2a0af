using Spectre.Console;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The look of this program's tables.</summary>
internal static class ConsoleTable
{
    public static Table Create(params ReadOnlySpan<string> columns)
    {
        if (Console.IsOutputRedirected)
        {
            // Without a terminal there is no width to keep to; cells that wrap could not be read by programs.
            AnsiConsole.Profile.Width = 400;
        }

        var table = new Table().Border(Console.IsOutputRedirected ? TableBorder.None : TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        return table;
    }
}
