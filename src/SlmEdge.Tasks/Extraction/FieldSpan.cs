namespace SlmEdge.Tasks.Extraction;

/// <summary>A string of an extracted document, and where in the text it was copied from.</summary>
/// <param name="Path">JSON Pointer of the value in the document; empty for the document itself.</param>
/// <param name="Value">The value.</param>
/// <param name="Start">UTF-16 index of its first occurrence in the text; null where it does not stand there.</param>
/// <param name="Length">UTF-16 length of the occurrence; 0 where there is none.</param>
/// <param name="Occurrences">How often it stands in the text: above 1, <paramref name="Start"/> is only the first of the places.</param>
public sealed record FieldSpan(string Path, string Value, int? Start, int Length, int Occurrences);
