namespace SlmEdge.Training.Preference;

/// <summary>Two answers to one prompt, as tokens.</summary>
/// <param name="Index">Its place in its set.</param>
/// <param name="Chosen">The preferred one.</param>
/// <param name="Rejected">The other one.</param>
/// <param name="File">Where the row came from.</param>
/// <param name="Row">Row in that file, from 1.</param>
internal sealed record PreferencePair(int Index, PreferenceAnswer Chosen, PreferenceAnswer Rejected, string File, long Row)
{
    /// <summary>Tokens that are computed when the two stand behind one copy of what they share.</summary>
    public int ComputedTokens => Chosen.Example.Tokens.Length + Rejected.Example.Tokens.Length
        - Chosen.Example.Tokens.AsSpan().CommonPrefixLength(Rejected.Example.Tokens);
}
