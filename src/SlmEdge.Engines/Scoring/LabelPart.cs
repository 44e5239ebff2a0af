namespace SlmEdge.Engines.Scoring;

/// <summary>
/// A part of a label trie that one evaluation can hold: the inner nodes on the way to a run of neighbouring paths.
/// </summary>
/// <param name="PathCount">
/// Number of paths, each ending at an inner node without inner children. A path is one sequence of the engine.
/// </param>
/// <param name="Nodes">The inner nodes in depth-first order: parents before children.</param>
internal sealed record LabelPart(int PathCount, LabelPartNode[] Nodes);
