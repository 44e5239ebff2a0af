namespace SlmEdge.Tasks.Constraints;

/// <summary>The white space of written documents. Always bounded, so that a model cannot spend its budget on it.</summary>
public sealed record DocumentOptions
{
    /// <summary>Whether one space may follow each colon and comma. Off, as in the documents that models are trained on here.</summary>
    public bool SpaceAfterSeparators { get; init; }

    /// <summary>Spaces that may stand in front of the document, at most 4: plain prompts, which have no chat template, put one there.</summary>
    public int LeadingSpaces { get; init; }
}
