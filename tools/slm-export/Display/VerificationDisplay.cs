using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Proof;
using Spectre.Console;
using static SlmEdge.ExportTool.Display.Figures;

namespace SlmEdge.ExportTool.Display;

/// <summary>The outcome of a verification.</summary>
internal static class VerificationDisplay
{
    public const string OtherRows = "The stored scores are of another number of rows; they are shown, not compared.";

    public static void Show(BundleVerification verification, bool json)
    {
        if (json)
        {
            Console.WriteLine(ToJson(verification));
            return;
        }

        Table table = Tables.Create(
            ("stage", false), ("engine", false), ("accuracy %", true), ("stored %", true), ("macro-F1", true), ("mean KL", true), ("changed", true), ("texts/s", true), ("", false));
        if (verification.Reference is { } reference)
        {
            Add(reference, null, "reference");
        }

        foreach (BundleCheck check in verification.Files)
        {
            Add(check.Now, check.Stored, check.Stored is null || !verification.ComparedRows ? "" : check.Agrees ? "agrees" : "DIFFERS");
        }

        Tables.Output().Write(table);
        if (!verification.ComparedRows)
        {
            Console.WriteLine(OtherRows);
        }

        int golden = verification.Manifest.Golden.Count;
        Console.WriteLine($"golden examples: {golden - verification.FailedGolden.Count} of {golden} as stored; signature: {Describe(verification.Signature)}");

        void Add(StageResult stage, StageScore? stored, string remark) => table.AddRow([.. new[]
        {
            stage.Definition.Stage,
            stage.Definition.Engine,
            Percent(stage.Report.Accuracy),
            stored is null ? "" : Percent(stored.Accuracy),
            stage.Report.MacroF1.ToString("F3", System.Globalization.CultureInfo.InvariantCulture),
            Kl(stage.MeanKl),
            Count(stage.ChangedDecisions),
            Rate(stage.TextsPerSecond),
            remark,
        }.Select(Markup.Escape)]);
    }

    public static string Describe(BundleSignatureState state) => state switch
    {
        BundleSignatureState.Trusted => "by the given key",
        BundleSignatureState.Unchecked => "present, not checked (give --key)",
        _ => "none",
    };

    private static string ToJson(BundleVerification verification) => JsonSerializer.Serialize(
        new
        {
            passed = verification.Passed,
            signature = verification.Signature.ToString().ToLowerInvariant(),
            comparedRows = verification.ComparedRows,
            failedGolden = verification.FailedGolden.Select(golden => golden.Text),
            files = verification.Files.Select(check => new
            {
                stage = check.Now.Definition.Stage,
                file = check.Now.Definition.File,
                accuracy = check.Now.Report.Accuracy,
                macroF1 = check.Now.Report.MacroF1,
                meanKl = check.Now.MeanKl is double kl && double.IsFinite(kl) ? kl : (double?)null,
                changedDecisions = check.Now.ChangedDecisions,
                textsPerSecond = check.Now.TextsPerSecond,
                stored = check.Stored,
                agrees = check.Agrees,
            }),
        },
        new JsonSerializerOptions(JsonSerializerDefaults.Web));
}
