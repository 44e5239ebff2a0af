using System.Globalization;
using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Export.Writing;
using SlmEdge.Tasks;
using Spectre.Console;
using static SlmEdge.ExportTool.Display.Figures;

namespace SlmEdge.ExportTool.Display;

/// <summary>The outcome of building or verifying a bundle of a task that writes text: a table, or one JSON object.</summary>
internal static class WritingDisplay
{
    public static void Show(WritingBundleOutcome outcome, bool json)
    {
        foreach (string warning in outcome.Warnings)
        {
            Console.Error.WriteLine("warning: " + warning);
        }

        long bytes = outcome.Manifest.Files.Sum(file => file.Size);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { bundle = outcome.OutputPath, report = outcome.ReportPath, bytes, recommended = outcome.Manifest.Recommended, scores = outcome.Manifest.Scores, golden = outcome.Manifest.Golden.Count, warnings = outcome.Warnings },
                new JsonSerializerOptions(JsonSerializerDefaults.Web)));
            return;
        }

        string measure = outcome.Manifest.Task.Kind == TaskKind.Extract ? "field F1" : "ROUGE-L";
        Table table = Tables.Create(("stage", false), ("engine", false), ("exact %", true), (measure, true), ("changed", true), ("size", true), ("texts/s", true), ("", false));
        foreach (WritingStageResult stage in outcome.Stages)
        {
            string remark = ReferenceEquals(stage, outcome.Reference) ? "reference" : ReferenceEquals(stage, outcome.Recommended) ? "recommended" : "";
            table.AddRow([.. new[]
            {
                stage.Definition.Stage, stage.Definition.Engine, Percent(stage.ExactMatch), stage.Score.ToString("F3", CultureInfo.InvariantCulture),
                Count(stage.Changed), Bytes(stage.Definition.SizeBytes), Rate(stage.TextsPerSecond), remark,
            }.Select(Markup.Escape)]);
        }

        Tables.Output().Write(table);
        Console.WriteLine($"{outcome.Reference.Answers.Count} held-out rows, {outcome.Manifest.Golden.Count} golden examples");
        Console.WriteLine($"bundle: {outcome.OutputPath} ({Bytes(bytes)}, {outcome.Manifest.Files.Count} files)");
        Console.WriteLine($"report: {outcome.ReportPath}");
    }

    public static void Show(WritingVerification verification, bool json)
    {
        int golden = verification.Manifest.Golden.Count;
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    passed = verification.Passed,
                    signature = verification.Signature.ToString().ToLowerInvariant(),
                    comparedRows = verification.ComparedRows,
                    failedGolden = verification.FailedGolden.Select(example => example.Text),
                    files = verification.Files.Select(check => new
                    {
                        stage = check.Now.Definition.Stage,
                        file = check.Now.Definition.File,
                        exactMatch = check.Now.ExactMatch,
                        score = check.Now.Score,
                        changed = check.Now.Changed,
                        textsPerSecond = check.Now.TextsPerSecond,
                        stored = check.Stored,
                        agrees = check.Agrees,
                    }),
                },
                new JsonSerializerOptions(JsonSerializerDefaults.Web)));
            return;
        }

        string measure = verification.Manifest.Task.Kind == TaskKind.Extract ? "field F1" : "ROUGE-L";
        Table table = Tables.Create(("stage", false), ("engine", false), ("exact %", true), ("stored %", true), (measure, true), ("stored", true), ("changed", true), ("texts/s", true), ("", false));
        if (verification.Reference is { } reference)
        {
            Add(reference, null, "reference");
        }

        foreach (WritingCheck check in verification.Files)
        {
            Add(check.Now, check.Stored, check.Stored is null || !verification.ComparedRows ? "" : check.Agrees ? "agrees" : "DIFFERS");
        }

        Tables.Output().Write(table);
        if (!verification.ComparedRows)
        {
            Console.WriteLine(VerificationDisplay.OtherRows);
        }

        Console.WriteLine($"golden examples: {golden - verification.FailedGolden.Count} of {golden} as stored; signature: {VerificationDisplay.Describe(verification.Signature)}");

        void Add(WritingStageResult stage, StageScore? stored, string remark) => table.AddRow([.. new[]
        {
            stage.Definition.Stage,
            stage.Definition.Engine,
            Percent(stage.ExactMatch),
            stored is null ? "" : Percent(stored.Accuracy),
            stage.Score.ToString("F3", CultureInfo.InvariantCulture),
            stored is null ? "" : stored.MacroF1.ToString("F3", CultureInfo.InvariantCulture),
            Count(stage.Changed),
            Rate(stage.TextsPerSecond),
            remark,
        }.Select(Markup.Escape)]);
    }
}
