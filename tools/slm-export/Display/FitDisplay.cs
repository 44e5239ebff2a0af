using System.Globalization;
using System.Text.Json;
using SlmEdge.Export.Fitting;
using Spectre.Console;
using static SlmEdge.ExportTool.Display.Figures;

namespace SlmEdge.ExportTool.Display;

/// <summary>The outcome of a search: the Pareto front as a table, or one JSON object.</summary>
internal static class FitDisplay
{
    public static void Scored(FitScore score) => Console.Error.WriteLine(
        score.GivenUpAfter is { } rows
            ? string.Create(CultureInfo.InvariantCulture, $"{score.Name}: {Percent(score.Accuracy)} % of the first {rows} rows; given up")
            : string.Create(CultureInfo.InvariantCulture, $"{score.Name}: {Percent(score.Accuracy)} %, {score.LatencyMs:F2} ms, {Rate(score.TextsPerSecond)} texts/s, {Bytes(score.SizeBytes)}"));

    public static void Show(FitOutcome outcome, bool provenOnValidation, bool json)
    {
        if (outcome.Bundle is not null && provenOnValidation)
        {
            Console.Error.WriteLine("warning: the proof in the bundle is on the validation rows that chose the model, which flatters it; name held-out rows with --data");
        }

        foreach (string warning in outcome.Bundle?.Warnings ?? [])
        {
            Console.Error.WriteLine("warning: " + warning);
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    outcome.ReferenceAccuracy, outcome.ValidationRows, outcome.Best, outcome.Front, candidates = outcome.Scores, outcome.GivenUp, report = outcome.ReportPath,
                    bundle = outcome.Bundle?.OutputPath, smaller = outcome.Bundle?.Smaller?.Description,
                },
                new JsonSerializerOptions(JsonSerializerDefaults.Web)));
            return;
        }

        Table table = Tables.Create(("layers", true), ("vocabulary", false), ("prompt", false), ("form", false), ("accuracy %", true), ("lost", true), ("alone ms", true), ("texts/s", true), ("size", true), ("", false));
        IEnumerable<FitScore> shown = outcome.Best is { } chosen && !outcome.Front.Any(chosen.IsOf) ? outcome.Front.Append(chosen) : outcome.Front;
        foreach (FitScore score in shown)
        {
            table.AddRow([.. new[]
            {
                score.Layers.ToString(CultureInfo.InvariantCulture),
                score.Trimmed ? "trimmed" : "whole",
                score.ShortPrompt ? "short" : "as trained",
                score.Format,
                Percent(score.Accuracy),
                (100 * (outcome.ReferenceAccuracy - score.Accuracy)).ToString("F2", CultureInfo.InvariantCulture),
                score.LatencyMs.ToString("F2", CultureInfo.InvariantCulture),
                Rate(score.TextsPerSecond),
                Bytes(score.SizeBytes),
                outcome.Best is { } best && best.IsOf(score) ? "chosen" : "",
            }.Select(Markup.Escape)]);
        }

        Tables.Output().Write(table);
        Console.WriteLine($"{outcome.Scores.Count} candidates on {outcome.ValidationRows} validation rows{(outcome.GivenUp.Count == 0 ? "" : $", {outcome.GivenUp.Count} more given up on a part of them")}; the trained model has {Percent(outcome.ReferenceAccuracy)} %");
        if (outcome.Bundle is { } bundle)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"on {bundle.Proof.Data.Texts.Count} rows of {Path.GetFileName(bundle.Proof.Data.Name)}: {Percent(bundle.Proof.Recommended!.Report.Accuracy)} %, the trained model {Percent(bundle.Proof.Reference.Report.Accuracy)} %"));
            if (bundle.Smaller is { } smaller)
            {
                Console.WriteLine($"smaller: {smaller.Description}");
            }

            Console.WriteLine($"bundle: {bundle.OutputPath}");
        }

        Console.WriteLine($"report: {outcome.ReportPath}");
    }
}
