namespace SlmEdge.Tasks.Data;

/// <summary>One turn of a dialogue.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, or, where the base's template knows it, <c>tool</c> or <c>function</c>.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string Content);
