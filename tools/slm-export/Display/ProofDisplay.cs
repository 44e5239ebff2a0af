using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Proof;
using Spectre.Console;
using static SlmEdge.ExportTool.Display.Figures;

namespace SlmEdge.ExportTool.Display;

/// <summary>The outcome of a bundle: the proof table, or one JSON object.</summary>
internal static class ProofDisplay
{
    public static void Show(BundleOutcome outcome, bool json)
    {
        foreach (string warning in outcome.Warnings)
        {
            Console.Error.WriteLine("warning: " + warning);
        }

        if (json)
        {
            Console.WriteLine(ToJson(outcome));
            return;
        }

        StageProof proof = outcome.Proof;
        IAnsiConsole console = Tables.Output();
        Table table = Tables.Create(
            ("stage", false), ("engine", false), ("accuracy %", true), ("macro-F1", true), ("mean KL", true), ("changed", true), ("size", true), ("texts/s", true), ("", false));
        foreach (BaselineResult baseline in proof.Baselines)
        {
            table.AddRow(Row(baseline.Name, "", baseline.Report.Accuracy, baseline.Report.MacroF1, null, null, baseline.SizeBytes, baseline.TextsPerSecond, ""));
        }

        table.AddEmptyRow();
        foreach (StageResult stage in proof.Stages)
        {
            string remark = ReferenceEquals(stage, proof.Reference) ? "reference" : ReferenceEquals(stage, proof.Recommended) ? "recommended" : "";
            table.AddRow(Row(
                stage.Definition.Stage, stage.Definition.Engine, stage.Report.Accuracy, stage.Report.MacroF1, stage.MeanKl, stage.ChangedDecisions, stage.Definition.SizeBytes, stage.TextsPerSecond, remark));
        }

        console.Write(table);
        Console.WriteLine($"{proof.Data.Texts.Count} held-out texts; calibration temperature {proof.Calibration.Temperature.ToString("F2", System.Globalization.CultureInfo.InvariantCulture)}");
        if ((proof.Recommended ?? proof.Reference).Report.MicroF1 is { } micro)
        {
            Console.WriteLine(FormattableString.Invariant($"several labels a text: accuracy is the share of texts with exactly their labels; micro-F1 {micro:F3}, labels from {proof.Calibration.LabelThreshold ?? proof.Task.Decision.LabelThreshold:F3} on"));
        }

        if (outcome.Merging is { Reason: null } merging)
        {
            Console.WriteLine(merging);
        }

        if (outcome.Smaller is { } smaller)
        {
            Console.WriteLine($"smaller: {smaller.Description}");
        }

        Console.WriteLine($"bundle: {outcome.OutputPath}{(outcome.Manifest.Files.Count > 0 ? $" ({Bytes(outcome.Manifest.Files.Sum(file => file.Size))}, {outcome.Manifest.Files.Count} files)" : "")}");
        Console.WriteLine($"report: {outcome.ReportPath}");
    }

    private static string[] Row(
        string name, string engine, double accuracy, double macroF1, double? kl, int? changed, long size, double rate, string remark) =>
        [.. new[]
        {
            name, engine, Percent(accuracy), macroF1.ToString("F3", System.Globalization.CultureInfo.InvariantCulture), Kl(kl), Count(changed), Bytes(size), Rate(rate), remark,
        }.Select(Markup.Escape)];

    private static string ToJson(BundleOutcome outcome) => JsonSerializer.Serialize(
        new
        {
            bundle = outcome.OutputPath,
            report = outcome.ReportPath,
            bytes = outcome.Manifest.Files.Sum(file => file.Size),
            recommended = outcome.Manifest.Recommended,
            temperature = outcome.Manifest.Calibration.Temperature,
            scores = outcome.Manifest.Scores,
            merging = outcome.Merging is { Reason: null } merging ? new { into = merging.Into.ToString(), merging.AsTrained, merging.Original, merging.Prompts } : null,
            smaller = outcome.Smaller?.Description,
            warnings = outcome.Warnings,
        },
        new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
