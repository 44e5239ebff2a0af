namespace SlmEdge.Formats.Families;

/// <summary>Whether queries and keys are normalised before they are rotated.</summary>
public enum HeadNorm
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>Each head, all of them with one weight.</summary>
    Shared,

    /// <summary>Each head with a weight of its own, without bias.</summary>
    PerHead,
}
