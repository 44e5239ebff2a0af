namespace SlmEdge.Tasks.Tests.Templates;

/// <summary>What an implementation of Jinja made of a case: text, or an error.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="Generated">Ranges inside <c>{% generation %}</c>, in code points, where the implementation tells them.</param>
public sealed record JinjaResult(string? Text, string? Error, int[][]? Generated = null);
