namespace SlmEdge.Tasks.Templates;

/// <summary>Where a character of a rendered conversation comes from.</summary>
/// <param name="Source">
/// <see cref="FromTemplate"/>, <see cref="FromCaller"/>, or the index of the message whose text it is (content, reasoning, calls of tools).
/// </param>
/// <param name="Generated">Whether it stands inside <c>{% generation %}</c>.</param>
public readonly record struct TextOrigin(int Source, bool Generated = false)
{
    /// <summary>The template's own text, and the control tokens that the tokenizer gives it.</summary>
    public const int FromTemplate = -1;

    /// <summary>A value of the caller that is not the text of a message: a role, a tool, a date.</summary>
    public const int FromCaller = -2;

    /// <summary>The template's own text.</summary>
    public static TextOrigin Template { get; } = new(FromTemplate);

    /// <summary>Only the template's own text may become control tokens.</summary>
    public bool IsTemplate => Source == FromTemplate;
}
