namespace SlmEdge.Training.Checkpoints;

/// <summary>Where in a run a checkpoint belongs.</summary>
/// <param name="Fingerprint">Hash of the settings and data that the run's course depends on.</param>
/// <param name="Step">Updates made.</param>
/// <param name="Tokens">Input tokens seen.</param>
/// <param name="BestScore">Best validation score so far (higher is better), if any.</param>
/// <param name="BestStep">Step of the best score.</param>
/// <param name="StaleEvaluations">Evaluations since the best.</param>
internal sealed record CheckpointState(
    string Fingerprint,
    long Step,
    long Tokens,
    double? BestScore = null,
    long BestStep = 0,
    int StaleEvaluations = 0);
