namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>Stacks in order, and whether the text may end: what makes two states the same.</summary>
internal readonly struct StateKey(Frame[] frames, bool accepts) : IEquatable<StateKey>
{
    public Frame[] Frames { get; } = frames;

    private bool Accepts { get; } = accepts;

    public bool Equals(StateKey other) => Accepts == other.Accepts && Frames.AsSpan().SequenceEqual(other.Frames);

    public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Accepts);
        foreach (Frame frame in Frames)
        {
            hash.Add(frame.Id);
        }

        return hash.ToHashCode();
    }
}
