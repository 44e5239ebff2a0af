namespace SlmEdge.Training.Adapters;

/// <summary>Low-rank adaptation settings (Hu et al. 2021, arXiv 2106.09685): <c>W + alpha / rank · B · A</c>.</summary>
/// <param name="Rank">Rank of the update; at least 1.</param>
/// <param name="Alpha">Numerator of the scale.</param>
/// <param name="Dropout">Share of the adapter's input that is dropped while training, 0 to below 1.</param>
/// <param name="TargetModules">Projection names (<c>q_proj</c>, …), or <c>all-linear</c>.</param>
/// <param name="RankStabilized">
/// rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): the scale is <c>alpha / sqrt(rank)</c>, so that the update does not shrink as the rank grows.
/// </param>
public sealed record LoraConfig(int Rank, double Alpha, double Dropout, IReadOnlyList<string> TargetModules, bool RankStabilized = false)
{
    /// <summary>The word that stands for every projection of the decoder blocks.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Factor on the low-rank product: alpha / rank, or alpha / √rank when rank-stabilised.</summary>
    public double Scale => Alpha / (RankStabilized ? Math.Sqrt(Rank) : Rank);

    /// <summary>True when the projection is to be adapted.</summary>
    /// <param name="projection">Last part of the module's name.</param>
    public bool Targets(string projection) => TargetModules.Contains(AllLinear) || TargetModules.Contains(projection);

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TrainingException">A setting is out of range.</exception>
    public void Validate()
    {
        if (Rank < 1)
        {
            throw new TrainingException($"LoRA rank must be at least 1, not {Rank}.");
        }

        if (!double.IsFinite(Alpha) || Alpha <= 0)
        {
            throw new TrainingException($"LoRA alpha must be a positive number, not {Alpha}.");
        }

        if (!(Dropout >= 0 && Dropout < 1))
        {
            throw new TrainingException($"LoRA dropout must be at least 0 and below 1, not {Dropout}.");
        }

        if (TargetModules.Count == 0)
        {
            throw new TrainingException($"LoRA needs target modules: projection names, or {AllLinear}.");
        }
    }
}
