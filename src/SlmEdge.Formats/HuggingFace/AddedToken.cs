namespace SlmEdge.Formats.HuggingFace;

/// <summary>A token that stands outside the merges: it is found in the text as a whole.</summary>
/// <param name="Id">The token id.</param>
/// <param name="Content">The text, as it stands (not in the byte alphabet).</param>
/// <param name="Special">Whether it frames text (control token) rather than being text.</param>
public sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>Whether white space left of the token is taken into it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Whether white space right of the token is taken into it.</summary>
    public bool StripRight { get; init; }
}
