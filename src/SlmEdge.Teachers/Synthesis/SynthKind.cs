namespace SlmEdge.Teachers.Synthesis;

/// <summary>What kind of new texts a teacher is asked for.</summary>
public enum SynthKind
{
    /// <summary>Like real ones (Wang et al. 2022, self-instruct, arXiv 2212.10560).</summary>
    Seeds,

    /// <summary>About given topics.</summary>
    Topics,

    /// <summary>Of one label, easily taken for another.</summary>
    Boundary,

    /// <summary>Of one label, mentioning another to rule it out.</summary>
    Negation,

    /// <summary>Typed in a hurry.</summary>
    Typos,
}
