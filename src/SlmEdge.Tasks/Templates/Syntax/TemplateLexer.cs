using SlmEdge.Tasks.Templates.Builtins;

namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens by Jinja's rules with <c>trim_blocks</c> and <c>lstrip_blocks</c>, as transformers sets them: the newline
/// after a block or comment goes, and so does the white space between the start of a line and a block or comment.
/// </summary>
internal sealed class TemplateLexer(SourceText source)
{
    private readonly string _text = source.Text;
    private readonly List<Token> _tokens = [];
    private int _at;

    public List<Token> Read()
    {
        // Whether what has been read ends a line, so that white space before the next tag begins one.
        bool lineStart = true;
        while (_at < _text.Length)
        {
            int tag = NextTag(_at);
            char kind = tag < 0 ? '\0' : _text[tag + 1];
            char sign = tag < 0 || tag + 2 >= _text.Length ? '\0' : _text[tag + 2];
            int end = tag < 0 ? _text.Length : tag;
            AddData(_at, DataEnd(_at, end, kind, sign, lineStart));
            if (tag < 0)
            {
                break;
            }

            _at = tag + 2 + (sign is '-' or '+' && (sign == '-' || kind != '{') ? 1 : 0);
            switch (kind)
            {
                case '#':
                    SkipComment(tag);
                    break;
                case '{':
                    _tokens.Add(new Token(TokenKind.PrintBegin, "{{", source.At(tag)));
                    new ExpressionLexer(source, _tokens).Read(ref _at, tag, print: true);
                    break;
                default:
                    if (!ReadRaw(tag))
                    {
                        _tokens.Add(new Token(TokenKind.BlockBegin, "{%", source.At(tag)));
                        new ExpressionLexer(source, _tokens).Read(ref _at, tag, print: false);
                    }

                    break;
            }

            lineStart = _text[_at - 1] == '\n';
        }

        _tokens.Add(new Token(TokenKind.End, "", source.At(_text.Length)));
        return _tokens;
    }

    private int NextTag(int from)
    {
        for (int at = _text.IndexOf('{', from); at >= 0 && at + 1 < _text.Length; at = _text.IndexOf('{', at + 1))
        {
            if (_text[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Where text before a tag ends once the white space that the tag takes is gone.</summary>
    private int DataEnd(int start, int end, char kind, char sign, bool lineStart)
    {
        if (sign == '-')
        {
            while (end > start && PythonText.IsSpace(_text[end - 1]))
            {
                end--;
            }

            return end;
        }

        if (kind is '%' or '#' && sign != '+')
        {
            int line = end > start ? _text.LastIndexOf('\n', end - 1, end - start) + 1 : 0;
            line = line == 0 ? start : line;
            bool beginsLine = line > start || lineStart;
            if (beginsLine && PythonText.IsSpace(_text.AsSpan(line, end - line)))
            {
                return line;
            }
        }

        return end;
    }

    private void AddData(int start, int end)
    {
        if (end > start)
        {
            _tokens.Add(new Token(TokenKind.Data, _text[start..end], source.At(start)));
        }
    }

    private void SkipComment(int tag)
    {
        int close = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (close < 0)
        {
            throw source.Error("the comment is not closed by '#}'", tag);
        }

        char sign = close > _at ? _text[close - 1] : '\0';
        _at = ExpressionLexer.AfterTag(_text, close + 2, sign);
    }

    /// <summary>Reads <c>{% raw %}</c> and all up to its end as text; false when the tag is another.</summary>
    private bool ReadRaw(int tag)
    {
        int at = _at;
        if (!Word(ref at, "raw") || !BlockEnd(ref at, trim: false))
        {
            return false;
        }

        for (int open = _text.IndexOf("{%", at, StringComparison.Ordinal); open >= 0; open = _text.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            int after = open + 2;
            char sign = after < _text.Length ? _text[after] : '\0';
            after += sign is '-' or '+' ? 1 : 0;
            if (Word(ref after, "endraw") && BlockEnd(ref after, trim: true))
            {
                AddData(at, DataEnd(at, open, '%', sign, lineStart: _text[at - 1] == '\n'));
                _at = after;
                return true;
            }
        }

        throw source.Error("the block 'raw' is not closed by 'endraw'", tag);
    }

    private bool Word(ref int at, string word)
    {
        SkipSpace(ref at);
        if (!_text.AsSpan(at).StartsWith(word))
        {
            return false;
        }

        at += word.Length;
        SkipSpace(ref at);
        return true;
    }

    private bool BlockEnd(ref int at, bool trim)
    {
        char sign = at < _text.Length && _text[at] is '-' or '+' ? _text[at] : '\0';
        int close = sign == '\0' ? at : at + 1;
        if (!_text.AsSpan(Math.Min(close, _text.Length)).StartsWith("%}"))
        {
            return false;
        }

        at = trim || sign == '-' ? ExpressionLexer.AfterTag(_text, close + 2, sign) : close + 2;
        return true;
    }

    private void SkipSpace(ref int at)
    {
        while (at < _text.Length && PythonText.IsSpace(_text[at]))
        {
            at++;
        }
    }
}
