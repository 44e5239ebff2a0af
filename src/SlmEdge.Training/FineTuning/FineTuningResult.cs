using SlmEdge.Training.Preference;

namespace SlmEdge.Training.FineTuning;

/// <summary>Outcome of a fine-tuning run.</summary>
/// <param name="OutputDirectory">The run directory.</param>
/// <param name="ArtifactDirectory">The adapter, or the model of a full run.</param>
/// <param name="TrainRows">Rows trained on.</param>
/// <param name="ValidationRows">Rows validated on.</param>
/// <param name="TrainableParameters">Parameters that were trained.</param>
/// <param name="TotalParameters">Parameters of the model.</param>
/// <param name="Steps">Updates made.</param>
/// <param name="BestStep">The step whose weights were kept.</param>
/// <param name="ValidationLoss">Validation loss of the kept weights.</param>
/// <param name="ValidationAccuracy">Validation accuracy of the kept weights, where labels are single tokens; of preference runs the share of pairs told apart rightly.</param>
/// <param name="StoppedEarly">Whether early stopping ended the run.</param>
/// <param name="Seconds">Time taken.</param>
public sealed record FineTuningResult(
    string OutputDirectory,
    string ArtifactDirectory,
    int TrainRows,
    int ValidationRows,
    long TrainableParameters,
    long TotalParameters,
    long Steps,
    long BestStep,
    double ValidationLoss,
    double? ValidationAccuracy,
    bool StoppedEarly,
    double Seconds)
{
    /// <summary>How the kept weights tell the validation pairs apart, of preference runs.</summary>
    public PreferenceRewards? ValidationRewards { get; init; }
}
