namespace SlmEdge.Formats.Families;

/// <summary>How a decoder normalises.</summary>
public enum NormKind
{
    /// <summary>RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467): <c>x / rms(x) · w</c>.</summary>
    Rms,

    /// <summary>RMSNorm whose stored weight lies around zero: <c>x / rms(x) · (1 + w)</c>, as Gemma keeps it.</summary>
    RmsAroundZero,

    /// <summary>Layer normalisation (Ba et al. 2016, arXiv 1607.06450) with weight and bias.</summary>
    Layer,
}
