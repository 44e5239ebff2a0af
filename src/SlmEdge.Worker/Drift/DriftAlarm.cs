using SlmEdge.Bundles.Drift;

namespace SlmEdge.Worker.Drift;

/// <summary>An alarm that began or ended, with what answered: the adapter, null for the bundle's own model, and name and version of the bundle that the reference comes from.</summary>
internal sealed record DriftAlarm(DateTimeOffset Time, string? Adapter, string Bundle, string Version, DriftChange Change)
{
    /// <summary>A statistic as the service writes it: in the API, the metrics, the log and the webhook.</summary>
    public static string Name(DriftStatistic statistic) => statistic switch
    {
        DriftStatistic.Labels => "labels",
        DriftStatistic.Tokens => "tokens",
        DriftStatistic.Confidence => "confidence",
        DriftStatistic.Length => "length",
        DriftStatistic.UnknownTokens => "unknownTokens",
        DriftStatistic.AnswerLength => "answerLength",
        DriftStatistic.UnfinishedAnswers => "unfinishedAnswers",
        _ => "newTokens",
    };

    /// <summary>A statistic by its name; <see cref="DriftStatistic.NewTokens"/> for those that a later version wrote.</summary>
    public static DriftStatistic Statistic(string name) => Enum.GetValues<DriftStatistic>().FirstOrDefault(statistic => Name(statistic) == name, DriftStatistic.NewTokens);
}
