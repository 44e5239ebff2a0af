namespace SlmEdge.Training.Preference;

/// <summary>
/// How a model tells chosen answers from rejected ones. A reward is beta times the log-ratio of policy and reference (of ORPO, which has no
/// reference, beta times the mean log-probability of a token); all figures are means over pairs, as TRL reports them.
/// </summary>
/// <param name="Chosen">Reward of the chosen answers.</param>
/// <param name="Rejected">Reward of the rejected answers.</param>
/// <param name="Margin">Their difference.</param>
/// <param name="Accuracy">Share of pairs whose chosen answer has the higher reward.</param>
public sealed record PreferenceRewards(double Chosen, double Rejected, double Margin, double Accuracy);
