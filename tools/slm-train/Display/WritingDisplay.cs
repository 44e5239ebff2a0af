using System.Globalization;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Evaluation;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>Scores of written answers as a table.</summary>
internal static class WritingDisplay
{
    public static void Print(WritingResult result)
    {
        var rival = result.Against;
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("score");
        foreach (var name in rival is null ? ["value", "95 % interval"] : new[] { "value", "95 % interval", Markup.Escape(rival.Name), "difference, 95 % interval" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        var (scores, other) = (result.Scores, rival?.Scores);
        Row("exact match, %", 100 * scores.ExactMatch, "F2", Times100(scores.ExactMatchInterval), 100 * other?.ExactMatch, rival is null ? null : Times100(rival.ExactMatchDifference));
        Row("ROUGE-L", scores.RougeL, "F4", scores.RougeLInterval, other?.RougeL, rival?.RougeLDifference);
        if (scores.Documents is { } documents)
        {
            Row("valid JSON, %", 100 * documents.ValidJson, "F2", null, 100 * other?.Documents?.ValidJson, null);
            Row("as the schema wants, %", 100 * documents.ValidSchema, "F2", null, 100 * other?.Documents?.ValidSchema, null);
            Row("field F1", documents.FieldF1, "F4", documents.FieldF1Interval, other?.Documents?.FieldF1, rival?.FieldF1Difference);
        }

        Row("perplexity of the references", scores.Perplexity, "F3", scores.PerplexityInterval, other?.Perplexity, null);
        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Rows:N0} rows, {result.RowsPerSecond:F1} rows/s, {scores.Unfinished:P1} of the answers without an end"));
        if (rival is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"against {rival.Name}: exact McNemar test on exact matches, p = {rival.ExactMatchPValue:F4}"));
        }

        PrintForgetting(result.Forgetting);

        void Row(string name, double value, string format, ConfidenceInterval? interval, double? second, ConfidenceInterval? difference)
        {
            var cells = new List<string> { name, value.ToString(format, CultureInfo.InvariantCulture), Range(interval, format) };
            if (rival is not null)
            {
                cells.Add(second?.ToString(format, CultureInfo.InvariantCulture) ?? "");
                cells.Add(Range(difference, $"+{format};-{format}"));
            }

            table.AddRow([.. cells]);
        }
    }

    public static void PrintForgetting(ForgettingResult? result)
    {
        if (result is { } forgetting)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"general text: perplexity {forgetting.PerplexityBefore:F2} before, {forgetting.PerplexityAfter:F2} after, same likeliest token at {forgetting.AgreeingTokens:P1} of {forgetting.Tokens:N0} places"));
        }
    }

    private static ConfidenceInterval Times100(ConfidenceInterval interval) => new(100 * interval.Low, 100 * interval.High, interval.Level);

    private static string Range(ConfidenceInterval? interval, string format)
    {
        if (interval is null)
        {
            return "";
        }

        // A sign belongs to differences only.
        var signed = format[0] == '+';
        var plain = signed ? format[1..format.IndexOf(';')] : format;
        return $"{Bound(interval.Low)} to {Bound(interval.High)}";

        string Bound(double value) => (signed && value > 0 ? "+" : "") + value.ToString(plain, CultureInfo.InvariantCulture);
    }
}
