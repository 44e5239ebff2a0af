namespace SlmEdge.Tasks.Labels;

/// <summary>A node of a <see cref="LabelTrie"/>. The root is node 0; nodes are numbered breadth first, so siblings are neighbours.</summary>
/// <param name="Token">The token that leads here from the parent; -1 at the root.</param>
/// <param name="Parent">The parent's node number; -1 at the root.</param>
/// <param name="Depth">Number of tokens from the root; 0 at the root.</param>
/// <param name="FirstChild">Node number of the first child; its siblings follow it. Meaningless without children.</param>
/// <param name="ChildCount">Number of children.</param>
/// <param name="Label">Index of the label that ends here, or -1.</param>
public readonly record struct LabelTrieNode(int Token, int Parent, int Depth, int FirstChild, int ChildCount, int Label);
