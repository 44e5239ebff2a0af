using SlmEdge.Bundles;
using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Bundling;

/// <summary>Results as they travel in a manifest.</summary>
internal static class StageScores
{
    public static StageScore Of(StageResult stage) => new(
        stage.Definition.Stage,
        stage.Definition.Engine,
        stage.Definition.Precision,
        stage.Report.Accuracy,
        stage.Report.MacroF1,
        stage.MeanKl is double kl && double.IsFinite(kl) ? kl : null,
        stage.ChangedDecisions,
        stage.Definition.SizeBytes,
        stage.TextsPerSecond,
        stage.Report.Examples) { MicroF1 = stage.Report.MicroF1 };

    public static StageScore Of(BaselineResult baseline) => new(
        baseline.Name, "baseline", "", baseline.Report.Accuracy, baseline.Report.MacroF1, null, null, baseline.SizeBytes, baseline.TextsPerSecond, baseline.Report.Examples) { MicroF1 = baseline.Report.MicroF1 };
}
