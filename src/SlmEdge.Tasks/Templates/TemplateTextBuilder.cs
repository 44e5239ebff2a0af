using System.Text;

namespace SlmEdge.Tasks.Templates;

/// <summary>Puts text together piece by piece, each with its origin, up to the limit.</summary>
internal sealed class TemplateTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<TextRun> _runs = [];

    public int Length => _text.Length;

    public TemplateTextBuilder Append(TemplateText text) => Append(text, 0, text.Length);

    public TemplateTextBuilder Append(TemplateText text, int start, int length)
    {
        if (length <= 0)
        {
            return this;
        }

        int end = start + length;
        for (int run = text.RunAt(start); run < text.Runs.Count && text.Runs[run].Start < end; run++)
        {
            TextRun piece = text.Runs[run];
            int from = Math.Max(piece.Start, start);
            Append(text.Value.AsSpan(from, Math.Min(piece.End, end) - from), piece.Origin);
        }

        return this;
    }

    public TemplateTextBuilder Append(ReadOnlySpan<char> text, TextOrigin origin)
    {
        if (text.IsEmpty)
        {
            return this;
        }

        if (text.Length > TemplateLimits.Text - _text.Length)
        {
            throw new TemplateFault($"a text grows beyond {TemplateLimits.Text} characters");
        }

        if (_runs.Count > 0 && _runs[^1].Origin == origin)
        {
            _runs[^1] = _runs[^1] with { Length = _runs[^1].Length + text.Length };
        }
        else
        {
            _runs.Add(new TextRun(_text.Length, text.Length, origin));
        }

        _text.Append(text);
        return this;
    }

    public TemplateTextBuilder Append(char character, TextOrigin origin) => Append([character], origin);

    public TemplateTextBuilder AppendRepeated(char character, int count, TextOrigin origin)
    {
        if (count > TemplateLimits.Text)
        {
            throw new TemplateFault($"{count} characters of padding are more than the {TemplateLimits.Text} of any text");
        }

        return count <= 0 ? this : Append(new string(character, count), origin);
    }

    public TemplateText ToText() => _text.Length == 0 ? TemplateText.Empty : new TemplateText(_text.ToString(), [.. _runs]);
}
