namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>A token that frames text, such as <c>&lt;|im_end|&gt;</c>.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">The text that stands for it in a template.</param>
/// <param name="StripsLeft">Whether white space in front of it goes with it.</param>
/// <param name="StripsRight">Whether white space behind it goes with it.</param>
internal sealed record ControlToken(int Id, string Text, bool StripsLeft, bool StripsRight);
