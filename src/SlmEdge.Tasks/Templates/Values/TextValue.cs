namespace SlmEdge.Tasks.Templates.Values;

/// <summary>A string.</summary>
internal sealed class TextValue(TemplateText text) : TemplateValue
{
    public TextValue(string text)
        : this(new TemplateText(text, TextOrigin.Template))
    {
    }

    public TemplateText Text { get; } = text;

    public string Value => Text.Value;

    public override string TypeName => "str";

    public override bool IsTrue => Text.Length > 0;
}
