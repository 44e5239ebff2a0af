namespace SlmEdge.Tools.Edge.Classify;

/// <summary>A text of the input and its row, counted from 1.</summary>
internal readonly record struct TextRow(long Row, string Text);
