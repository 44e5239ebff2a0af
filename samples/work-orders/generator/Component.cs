namespace SlmEdge.Samples.WorkOrders;

/// <summary>A part of a machine system: the ways technicians write its name, and the kinds of fault it gets.</summary>
/// <param name="Names">Spellings and abbreviations of one part.</param>
/// <param name="Kinds">Keys into <see cref="Vocabulary.Faults"/> and <see cref="Vocabulary.Actions"/>.</param>
public sealed record Component(IReadOnlyList<string> Names, IReadOnlyList<string> Kinds);
