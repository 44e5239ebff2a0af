namespace SlmEdge.Tasks.Data;

/// <summary>An example of a task that fills a JSON document.</summary>
/// <param name="Text">The text.</param>
/// <param name="Output">The wanted document, without white space between its parts.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Row">The row, counted from 1.</param>
public sealed record ExtractionRow(string Text, string Output, string File, long Row);
