namespace SlmEdge.Teachers.Synthesis;

/// <summary>Why a new text is not kept.</summary>
public enum RejectionReason
{
    /// <summary>It claims another label than was asked for.</summary>
    Label,

    /// <summary>It is too short or too long.</summary>
    Length,

    /// <summary>It is a real text, or one that was kept before, again.</summary>
    Duplicate,

    /// <summary>It is nearly one of those.</summary>
    NearDuplicate,

    /// <summary>It is one of the texts to be tested with, or nearly.</summary>
    Contamination,

    /// <summary>It is in a language that the real texts are not in.</summary>
    Language,

    /// <summary>It holds what looks like personal data.</summary>
    PersonalData,

    /// <summary>The judge takes it for another label.</summary>
    Judge,
}
