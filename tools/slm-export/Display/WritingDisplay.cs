using System.Globalization;
using System.Text.Json;
using SlmEdge.Export.Writing;
using SlmEdge.Tasks;
using Spectre.Console;
using static SlmEdge.ExportTool.Display.Figures;

namespace SlmEdge.ExportTool.Display;

/// <summary>The outcome of a bundle of a task that writes text: a table, or one JSON object.</summary>
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
                new { bundle = outcome.OutputPath, bytes, recommended = outcome.Manifest.Recommended, scores = outcome.Manifest.Scores, golden = outcome.Manifest.Golden.Count, warnings = outcome.Warnings },
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
    }
}
