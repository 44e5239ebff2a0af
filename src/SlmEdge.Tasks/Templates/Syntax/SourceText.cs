namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>The source of a template: newlines made uniform and the last one removed, as Jinja does, with places by offset.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string text, string name)
    {
        Name = name;
        if (text.Length > TemplateLimits.Source)
        {
            throw new ChatTemplateException($"the template has {text.Length} characters; at most {TemplateLimits.Source} are allowed", name);
        }

        string uniform = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Text = uniform.EndsWith('\n') ? uniform[..^1] : uniform;
        for (int i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    public string Name { get; }

    public string Text { get; }

    public SourcePosition At(int offset)
    {
        int line = _lineStarts.BinarySearch(offset);
        line = line < 0 ? ~line - 1 : line;
        return new SourcePosition(line + 1, offset - _lineStarts[line] + 1);
    }

    public ChatTemplateException Error(string message, int offset)
    {
        SourcePosition at = At(offset);
        return new ChatTemplateException(message, Name, at.Line, at.Column);
    }

    public ChatTemplateException Error(string message, SourcePosition at) => new(message, Name, at.Line, at.Column);
}
