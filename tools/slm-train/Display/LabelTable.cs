using System.Globalization;
using SlmEdge.Training.Evaluation;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>What each label came to, as a table.</summary>
internal static class LabelTable
{
    public static void Print(IReadOnlyList<LabelResult> labels)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("label");
        foreach (var name in new[] { "precision", "recall", "F1", "rows" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var label in labels)
        {
            table.AddRow(Markup.Escape(label.Label), Share(label.Precision), Share(label.Recall), Share(label.F1), label.Rows.ToString("N0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }

    private static string Share(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
