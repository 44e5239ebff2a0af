namespace SlmEdge.Bundles.Drift;

/// <summary>In what way recent texts can differ from those that the bundle was tested with.</summary>
public enum DriftStatistic
{
    /// <summary>How often the model decides for each label: standardised differences of the shares, soft-thresholded.</summary>
    Labels,

    /// <summary>Which tokens the texts have, in 256 hashed classes: the same of the classes.</summary>
    Tokens,

    /// <summary>How sure the model is: Kolmogorov-Smirnov.</summary>
    Confidence,

    /// <summary>How many tokens a text has: Kolmogorov-Smirnov.</summary>
    Length,

    /// <summary>How many texts have a token that stands for no known character: the difference of two shares, counted only when there are more.</summary>
    UnknownTokens,

    /// <summary>How many texts have a token that no reference text has: the same.</summary>
    NewTokens,
}
