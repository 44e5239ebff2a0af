using SlmEdge.Export.Bundling;

namespace SlmEdge.Export.Fitting;

/// <summary>What a search came to.</summary>
/// <param name="ReferenceAccuracy">Accuracy of the trained model on the validation rows.</param>
/// <param name="ValidationRows">How many validation rows there are.</param>
/// <param name="Scores">Every candidate that was scored on all validation rows.</param>
/// <param name="Front">Those that none beats.</param>
/// <param name="Best">The fastest that keeps to the limits; null when none does.</param>
/// <param name="ReportPath">The report.</param>
/// <param name="Bundle">The bundle of the best; null when there is none.</param>
public sealed record FitOutcome(
    double ReferenceAccuracy, int ValidationRows, IReadOnlyList<FitScore> Scores, IReadOnlyList<FitScore> Front, FitScore? Best, string ReportPath, BundleOutcome? Bundle)
{
    /// <summary>Candidates that were given up after a part of the rows.</summary>
    public IReadOnlyList<FitScore> GivenUp { get; init; } = [];
}
