namespace SlmEdge.Tasks.Prompts;

/// <summary>The one token that stands for a label. Chosen once, stored in <c>run.json</c> and <c>bundle.json</c>, and reused from there.</summary>
/// <param name="Name">The label's name.</param>
/// <param name="TokenId">The token's id in the base model's vocabulary.</param>
/// <param name="TokenText">The token's decoded text, a leading space included; checked against the tokenizer when the code is reused.</param>
public sealed record LabelCode(string Name, int TokenId, string TokenText);
