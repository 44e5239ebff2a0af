namespace SlmEdge.Worker.Access;

/// <summary>What a caller of the service may do.</summary>
public enum Role
{
    /// <summary>Have texts classified, extracted, written and embedded, and see which tasks there are.</summary>
    Ask,

    /// <summary>Correct decisions and read them.</summary>
    Feedback,

    /// <summary>Everything, also replacing the bundle.</summary>
    Administer,
}
