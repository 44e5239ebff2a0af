using System.Text.Json;

namespace SlmEdge.Formats.JsonLines;

/// <summary>One row of a JSON Lines file.</summary>
/// <param name="Row">The 1-based row in the file (blank rows count).</param>
/// <param name="Value">The value, detached from the reader; every string in it is valid Unicode.</param>
public readonly record struct JsonLine(long Row, JsonElement Value);
