namespace SlmEdge.Engines.Scoring;

/// <summary>One inner node of a <see cref="LabelPart"/>.</summary>
/// <param name="Node">Its number in the trie.</param>
/// <param name="FirstPath">The first path of the part that passes through it.</param>
/// <param name="PathCount">How many paths pass through it; they are neighbours.</param>
internal readonly record struct LabelPartNode(int Node, int FirstPath, int PathCount);
