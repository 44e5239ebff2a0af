namespace SlmEdge.Training.Packing;

/// <summary>Sequences that begin with the same tokens and are packed behind one copy of them.</summary>
/// <param name="PrefixLength">Tokens that are shared; 0 for a sequence by itself.</param>
/// <param name="Members">Which sequences.</param>
internal sealed record PrefixGroup(int PrefixLength, int[] Members)
{
    public static PrefixGroup Single(int sequence) => new(0, [sequence]);
}
