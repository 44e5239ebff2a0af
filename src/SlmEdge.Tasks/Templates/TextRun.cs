namespace SlmEdge.Tasks.Templates;

/// <summary>Neighbouring characters of one origin.</summary>
/// <param name="Start">First character.</param>
/// <param name="Length">Number of UTF-16 code units.</param>
/// <param name="Origin">Where they come from.</param>
public readonly record struct TextRun(int Start, int Length, TextOrigin Origin)
{
    /// <summary>The position after the last character.</summary>
    public int End => Start + Length;
}
