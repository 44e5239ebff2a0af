namespace SlmEdge.Datasets.Rows;

/// <summary>A piece of an example, in the order in which a model reads it.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Supervised">Whether it is what is learned: the label, the output, the assistant's turns.</param>
public readonly record struct RowSegment(string Text, bool Supervised);
