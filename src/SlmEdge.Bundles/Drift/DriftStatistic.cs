namespace SlmEdge.Bundles.Drift;

/// <summary>In what way recent texts can differ from those that the bundle was tested with.</summary>
public enum DriftStatistic
{
    /// <summary>How often the model decides for each label: two-sample G-test.</summary>
    Labels,

    /// <summary>Which tokens the texts have, in 256 hashed classes: two-sample G-test.</summary>
    Tokens,

    /// <summary>How sure the model is: Kolmogorov-Smirnov.</summary>
    Confidence,

    /// <summary>How many tokens a text has: Kolmogorov-Smirnov.</summary>
    Length,

    /// <summary>How many texts have a token that stands for no known character: G-test of two shares, counted only when there are more.</summary>
    UnknownTokens,

    /// <summary>How many texts have a token that no reference text has: G-test of two shares, counted only when there are more.</summary>
    NewTokens,
}
