namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>What became of a damaged file.</summary>
internal enum FuzzOutcome
{
    /// <summary>Refused with an exception of the library.</summary>
    Refused,

    /// <summary>Opened and used, with finite results.</summary>
    Used,

    /// <summary>Opened and used, but what came out are no numbers.</summary>
    NotFinite,

    /// <summary>Another exception.</summary>
    Untyped,

    /// <summary>The process ended.</summary>
    Crashed,

    /// <summary>No answer in time.</summary>
    Hung,
}
