namespace SlmEdge.Datasets.Quality;

/// <summary>What a finding means for training.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Look at it before training.</summary>
    Warning,

    /// <summary>Training stops at it, or learns what is wrong. The check fails.</summary>
    Error,
}
