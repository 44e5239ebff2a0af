namespace SlmEdge.Bundles.Drift;

/// <summary>In what way recent texts can differ from those that the bundle was tested with.</summary>
public enum DriftStatistic
{
    /// <summary>How probable each label is on average: Mahalanobis' distance of the means.</summary>
    Labels,

    /// <summary>Which tokens the texts have, in 256 hashed classes: standardised differences of the shares, soft-thresholded.</summary>
    Tokens,

    /// <summary>How sure the model is: Kolmogorov-Smirnov.</summary>
    Confidence,

    /// <summary>How many tokens a text has: Kolmogorov-Smirnov.</summary>
    Length,

    /// <summary>How many texts have a token that stands for no known character: the difference of two shares, counted only when there are more.</summary>
    UnknownTokens,

    /// <summary>How many texts have a token that no reference text has: the same.</summary>
    NewTokens,

    /// <summary>How many tokens an answer has that was written to its end: Kolmogorov-Smirnov.</summary>
    AnswerLength,

    /// <summary>How many answers are cut off at the limit of tokens: the difference of two shares, counted only when there are more.</summary>
    UnfinishedAnswers,
}
