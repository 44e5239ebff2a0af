namespace SlmEdge.Training.Preference;

/// <summary>How a pair of answers is turned into a loss.</summary>
public enum PreferenceLossKind
{
    /// <summary>DPO (Rafailov et al. 2023, arXiv 2305.18290): logistic loss of the rewards' difference.</summary>
    Dpo,

    /// <summary>IPO (Azar et al. 2023, arXiv 2310.12036): squared distance of the log-ratios' difference from 1 / (2 · beta), per token as TRL computes it.</summary>
    Ipo,

    /// <summary>ORPO (Hong et al. 2024, arXiv 2403.07691): likelihood of the chosen row and the log-odds ratio of the answers; there is no reference.</summary>
    Orpo,
}
