namespace SlmEdge.Tasks.Baselines;

/// <summary>Settings of <see cref="TfIdfLogisticRegression"/>. The defaults are those of the reference scores in the documentation.</summary>
public sealed record TfIdfOptions
{
    /// <summary>Inverse strength of the L2 penalty: the objective is C·Σ loss + ½‖W‖². Default: 20.</summary>
    public double C { get; init; } = 20;

    /// <summary>Most iterations of the optimiser. Default: 150.</summary>
    public int MaxIterations { get; init; } = 150;

    /// <summary>Stops when no component of the gradient of the mean loss exceeds this. Default: 1e-5.</summary>
    public double GradientTolerance { get; init; } = 1e-5;

    /// <summary>Uses 1 + ln(tf) instead of tf. Default: <see langword="false"/>.</summary>
    public bool SublinearTermFrequency { get; init; }

    /// <summary>Character n-grams stay inside words (padded with spaces) instead of crossing them. Default: <see langword="true"/>.</summary>
    public bool CharactersWithinWords { get; init; } = true;
}
