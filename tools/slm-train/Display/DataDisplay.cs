using System.Globalization;
using SlmEdge.Datasets.Agreement;
using SlmEdge.Datasets.Decontamination;
using SlmEdge.Datasets.Quality;
using SlmEdge.Datasets.Splitting;
using SlmEdge.Datasets.Statistics;
using Spectre.Console;

namespace SlmEdge.Train.Display;

/// <summary>Results of the data commands as tables on standard output.</summary>
internal static class DataDisplay
{
    private const int RedirectedWidth = 160;
    private const int MostLabels = 20;

    public static void Print(CheckResult result)
    {
        if (result.Findings.Count > 0)
        {
            Table table = Create("", "finding", "count", "first");
            table.Columns[2].RightAligned();
            table.ShowRowSeparators();
            foreach (Finding finding in result.Findings)
            {
                string severity = finding.Kind.Severity switch
                {
                    Severity.Error => "[red]error[/]",
                    Severity.Warning => "[yellow]warning[/]",
                    _ => "note",
                };
                table.AddRow(severity, Markup.Escape($"{finding.Kind.Title} ({finding.Kind.Code})"), Number(finding.Count), Markup.Escape(string.Join('\n', finding.First.Select(first => Describe(first, result.Files.Count)))));
            }

            Write(table);
        }

        Console.WriteLine($"{Number(result.Rows)} rows, {Number(result.Labels.Count)} labels; {Count(result, Severity.Error)} kinds of errors, {Count(result, Severity.Warning)} of warnings, {Count(result, Severity.Note)} notes");
        PrintSkipped(result.SkippedComparisons);
    }

    public static void Print(DecontaminateResult result, string? output)
    {
        if (result.First.Count > 0)
        {
            Table table = Create("train row", "test row", "similarity", "text");
            foreach (Contamination row in result.First)
            {
                table.AddRow(Number(row.TrainRow), Markup.Escape($"{Path.GetFileName(row.TestFile)} {Number(row.TestRow)}"), row.Exact ? "exact" : row.Similarity.ToString("0.00", CultureInfo.InvariantCulture), Markup.Escape(Short(row.Text)));
            }

            Write(table);
        }

        Console.WriteLine($"{Number(result.Exact)} of {Number(result.TrainRows)} training rows stand in the {Number(result.TestRows)} test rows, {Number(result.Near)} more nearly do"
            + (output is null ? "; give --out to write the others" : $"; the others were written to {output}"));
        PrintSkipped(result.SkippedComparisons);
    }

    public static void Print(SplitResult result)
    {
        string[] labels = [.. result.Parts[0].Labels.OrderByDescending(label => result.Parts.Sum(part => part.Labels[label.Key])).Select(label => label.Key).Take(MostLabels)];
        Table table = Create(["part", .. result.Parts.Select(part => part.Name)]);
        table.AddRow(["rows", .. result.Parts.Select(part => $"{Number(part.Rows)} ({100.0 * part.Rows / result.Rows:0.0} %)".ToString(CultureInfo.InvariantCulture))]);
        table.AddRow(["sets of rows that stay together", .. result.Parts.Select(part => Number(part.Units))]);
        foreach (string label in labels)
        {
            table.AddRow([Markup.Escape(label), .. result.Parts.Select(part => Number(part.Labels[label]))]);
        }

        foreach (TableColumn column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        Write(table);
        if (result.Parts[0].Labels.Count > MostLabels)
        {
            Console.WriteLine($"and {result.Parts[0].Labels.Count - MostLabels} more labels (--json lists them)");
        }

        Console.WriteLine($"written to {string.Join(", ", result.Parts.Select(part => part.File))}");
        PrintSkipped(result.SkippedComparisons);
    }

    public static void Print(StatisticsResult result)
    {
        string unit = result.LengthUnit;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Rows:N0} rows, {result.Total:N0} {unit}, {result.Supervised:N0} of them learned; mean {(double)result.Total / result.Rows:N1}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{unit} of a row: median {result.Percentile(0.5):N0}, 90 % up to {result.Percentile(0.9):N0}, 95 % {result.Percentile(0.95):N0}, 99 % {result.Percentile(0.99):N0}, longest {result.Percentile(1):N0}"));
        Table cut = Numbers("cut at", "rows cut", "of all", $"{unit} lost", "learned lost", "of all learned");
        foreach (TruncationCost cost in result.Truncations)
        {
            cut.AddRow(Number(cost.Length), Number(cost.Rows), Share(cost.Rows, result.Rows), Number(cost.Lost), Number(cost.SupervisedLost), Share(cost.SupervisedLost, result.Supervised));
        }

        Write(cut);
        Table languages = Numbers("language (guessed)", "rows", "words", unit, $"{unit} per word");
        foreach (LanguageStatistics language in result.Languages)
        {
            languages.AddRow(language.Language, Number(language.Rows), Number(language.Words), Number(language.Tokens), language.TokensPerWord.ToString("0.00", CultureInfo.InvariantCulture));
        }

        Write(languages);
        if (result.Labels.Count > 0)
        {
            Table labels = Numbers("label", "rows", "of all");
            foreach ((string label, long rows) in result.Labels.Take(MostLabels))
            {
                labels.AddRow(Markup.Escape(label), Number(rows), Share(rows, result.Rows));
            }

            Write(labels);
            if (result.Labels.Count > MostLabels)
            {
                Console.WriteLine($"and {result.Labels.Count - MostLabels} more labels (--json lists them)");
            }
        }
    }

    public static void Print(AgreementResult result)
    {
        string weights = result.Weights == KappaWeights.None ? "" : $" ({result.Weights.ToString().ToLowerInvariant()} weights)";
        Table pairs = Numbers("annotators", "rows", "same label", "Cohen's kappa" + weights);
        foreach (PairAgreement pair in result.Pairs)
        {
            pairs.AddRow(Markup.Escape($"{pair.First} – {pair.Second}"), Number(pair.Items), Share(pair.Agreement), Kappa(pair.Kappa));
        }

        Write(pairs);
        Table labels = Numbers("label", "times given", "Fleiss' kappa");
        foreach (LabelAgreement label in result.Labels)
        {
            labels.AddRow(Markup.Escape(label.Label), Number(label.Ratings), Kappa(label.Kappa));
        }

        Write(labels);
        if (result.Disputed.Count > 0)
        {
            Table disputed = Create(["row", "text", .. result.Annotators.Select(Markup.Escape)]);
            foreach (DisputedItem item in result.Disputed)
            {
                disputed.AddRow([Number(item.Row), Markup.Escape(Short(item.Text)), .. item.Labels.Select(label => Markup.Escape(label ?? "–"))]);
            }

            Write(disputed);
        }

        Console.WriteLine($"{Number(result.Items)} rows with two labels or more, {result.Annotators.Count} annotators: Fleiss' kappa {Kappa(result.Fleiss)}");
    }

    public static void PrintSkipped(long skipped)
    {
        if (skipped > 0)
        {
            Console.WriteLine($"{Number(skipped)} comparisons were left out in very large groups of similar texts; some near duplicates may not have been found.");
        }
    }

    private static string Describe(FindingExample example, int files)
    {
        string file = files > 1 ? Path.GetFileName(example.File) + " " : "";
        return Short(example.Row is { } row ? $"{file}row {row}: {example.Detail}" : $"{file}{example.Detail}");
    }

    private static int Count(CheckResult result, Severity severity) => result.Findings.Count(finding => finding.Kind.Severity == severity);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(long part, long all) => all == 0 ? "–" : Share((double)part / all);

    private static string Share(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Kappa(double value) => double.IsNaN(value) ? "–" : value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Short(string text)
    {
        text = TerminalText.OneLine(text);
        return text.Length <= 200 ? text : text[..199] + "…";
    }

    private static Table Numbers(params string[] columns)
    {
        Table table = Create(columns);
        foreach (TableColumn column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        return table;
    }

    private static Table Create(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        }

        return table;
    }

    private static void Write(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
            console.Profile.Capabilities.Ansi = false;
        }

        console.Write(table);
    }
}
