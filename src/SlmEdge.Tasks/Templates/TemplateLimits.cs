namespace SlmEdge.Tasks.Templates;

/// <summary>What a template may cost. Real templates stay below a hundredth of each; a template is foreign code and must not hang a device.</summary>
internal static class TemplateLimits
{
    /// <summary>Characters of a template.</summary>
    public const int Source = 1 << 18;

    /// <summary>Depth of brackets and blocks in the source.</summary>
    public const int Nesting = 64;

    /// <summary>Depth of evaluation, calls of macros included.</summary>
    public const int Depth = 300;

    /// <summary>Characters of any text, the output included.</summary>
    public const int Text = 1 << 24;

    /// <summary>Elements of any list; Jinja's sandbox bounds <c>range</c> by the same number.</summary>
    public const int Elements = 100_000;

    /// <summary>Units of work of one rendering: a step is one, and so are 32 characters or elements that it touches.</summary>
    public const long Work = 20_000_000;
}
