namespace SlmEdge.Worker.Journal;

/// <summary>What the journal keeps of the texts that were decided.</summary>
public enum JournalText
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The text with what looks like personal data taken out.</summary>
    Redacted,

    /// <summary>The whole text.</summary>
    Full,
}
