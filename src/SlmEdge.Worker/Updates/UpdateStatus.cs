namespace SlmEdge.Worker.Updates;

/// <summary>How updates are at a moment.</summary>
/// <param name="Phase">What is under way.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Trial">The trial, with its figures up to now; also while the way back is under way.</param>
/// <param name="Figures">How the version has answered.</param>
/// <param name="ShadowDone">Requests that were compared; null outside of a shadow run.</param>
/// <param name="ShadowRequests">Requests that are to be compared.</param>
/// <param name="History">Updates that are over, the last one first.</param>
internal sealed record UpdateStatus(
    UpdatePhase Phase, string Version, TrialRecord? Trial, AnswerFigures Figures, int? ShadowDone, int? ShadowRequests, IReadOnlyList<UpdateEntry> History);
