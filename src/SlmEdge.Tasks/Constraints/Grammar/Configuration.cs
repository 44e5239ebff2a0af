namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>All the stacks that a text read so far may have left: a state of the automaton, with what was found out about it.</summary>
internal sealed class Configuration(Frame[] frames, bool accepts)
{
    /// <summary>Stacks, each with a set of bytes on top, in order of their ids.</summary>
    public Frame[] Frames { get; } = frames;

    /// <summary>Whether the text may end here.</summary>
    public bool Accepts { get; } = accepts;

    /// <summary>The states after each byte; null where not asked for yet.</summary>
    public Configuration?[] Next { get; } = new Configuration?[256];

    /// <summary>Tokens of the cheapest way to the end; -1 until asked for.</summary>
    public int Cost { get; set; } = -1;

    /// <summary>A state that allows the same next tokens at the same cost; null until asked for.</summary>
    public Configuration? Twin { get; set; }

    /// <summary>The state after any plain character, where it is the same for all; see <see cref="IsPlainKnown"/>.</summary>
    public Configuration? AfterPlain { get; set; }

    /// <summary>Whether <see cref="AfterPlain"/> was looked for.</summary>
    public bool IsPlainKnown { get; set; }

    /// <summary>The allowed tokens, where they were asked for.</summary>
    public TokenMask? Mask { get; set; }
}
