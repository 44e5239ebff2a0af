using System.Globalization;
using System.Text;
using SlmEdge.Tasks.Templates.Builtins;

namespace SlmEdge.Tasks.Templates.Syntax;

/// <summary>Cuts the inside of a tag into tokens.</summary>
internal sealed class ExpressionLexer(SourceText source, List<Token> tokens)
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _text = source.Text;
    private readonly Stack<char> _open = new();

    /// <summary>The place after a tag whose closing characters end at <paramref name="at"/>: its sign decides what white space goes with it.</summary>
    public static int AfterTag(string text, int at, char sign)
    {
        if (sign == '-')
        {
            while (at < text.Length && PythonText.IsSpace(text[at]))
            {
                at++;
            }
        }
        else if (sign != '+' && at < text.Length && text[at] == '\n')
        {
            at++;
        }

        return at;
    }

    /// <summary>Reads up to and with the end of the tag.</summary>
    /// <param name="at">Behind the tag's opening; afterwards behind its end.</param>
    /// <param name="tag">Where the tag begins, for errors.</param>
    /// <param name="print">Whether it is <c>{{ … }}</c>.</param>
    public void Read(ref int at, int tag, bool print)
    {
        string close = print ? "}}" : "%}";
        while (true)
        {
            while (at < _text.Length && PythonText.IsSpace(_text[at]))
            {
                at++;
            }

            if (at >= _text.Length)
            {
                throw source.Error($"the tag is not closed by '{close}'", tag);
            }

            ReadOnlySpan<char> rest = _text.AsSpan(at);
            char sign = rest[0] is '-' || (rest[0] is '+' && !print) ? rest[0] : '\0';
            if (_open.Count == 0 && rest[(sign == '\0' ? 0 : 1)..].StartsWith(close))
            {
                tokens.Add(new Token(print ? TokenKind.PrintEnd : TokenKind.BlockEnd, close, source.At(at)));
                at += close.Length + (sign == '\0' ? 0 : 1);
                at = print && sign == '\0' ? at : AfterTag(_text, at, sign);
                return;
            }

            Next(ref at);
        }
    }

    private void Next(ref int at)
    {
        char first = _text[at];
        int start = at;
        if (first is '\'' or '"')
        {
            string value = String(ref at, first);
            tokens.Add(new Token(TokenKind.String, value, source.At(start)));
            return;
        }

        if (char.IsAsciiDigit(first))
        {
            Number(ref at);
            return;
        }

        if (first == '_' || char.IsLetter(first))
        {
            while (at < _text.Length && (_text[at] == '_' || char.IsLetterOrDigit(_text[at])))
            {
                at++;
            }

            tokens.Add(new Token(TokenKind.Name, _text[start..at], source.At(start)));
            return;
        }

        foreach (string symbol in Operators)
        {
            if (_text.AsSpan(at).StartsWith(symbol))
            {
                Balance(symbol[0], start);
                at += symbol.Length;
                tokens.Add(new Token(TokenKind.Operator, symbol, source.At(start)));
                return;
            }
        }

        throw source.Error($"unexpected character '{first}'", start);
    }

    private void Balance(char symbol, int at)
    {
        switch (symbol)
        {
            case '(' or '[' or '{':
                if (_open.Count == TemplateLimits.Nesting)
                {
                    throw source.Error($"brackets are nested more than {TemplateLimits.Nesting} deep", at);
                }

                _open.Push(symbol == '(' ? ')' : symbol == '[' ? ']' : '}');
                break;
            case ')' or ']' or '}':
                if (_open.Count == 0 || _open.Pop() != symbol)
                {
                    throw source.Error($"'{symbol}' closes nothing", at);
                }

                break;
            default:
                break;
        }
    }

    private void Number(ref int at)
    {
        int start = at;
        TokenKind kind = TokenKind.Integer;
        Digits(ref at);
        bool afterDot = start > 0 && _text[start - 1] == '.';
        if (!afterDot)
        {
            int after = at + 1;
            if (at + 1 < _text.Length && _text[at] == '.' && char.IsAsciiDigit(_text[after]))
            {
                kind = TokenKind.Float;
                at = after;
                Digits(ref at);
            }

            after = at + 1;
            after += after < _text.Length && _text[after] is '+' or '-' ? 1 : 0;
            if (at < _text.Length && _text[at] is 'e' or 'E' && after < _text.Length && char.IsAsciiDigit(_text[after]))
            {
                kind = TokenKind.Float;
                at = after;
                Digits(ref at);
            }
        }

        string digits = _text[start..at].Replace("_", "", StringComparison.Ordinal);
        if (kind == TokenKind.Integer && digits.Length > 1 && digits[0] == '0' && digits.AsSpan().ContainsAnyExcept('0'))
        {
            throw source.Error($"'{digits}' is not an integer", start);
        }

        tokens.Add(new Token(kind, digits, source.At(start)));
    }

    private void Digits(ref int at)
    {
        while (at < _text.Length && (char.IsAsciiDigit(_text[at]) || (_text[at] == '_' && at + 1 < _text.Length && char.IsAsciiDigit(_text[at + 1]))))
        {
            at++;
        }
    }

    /// <summary>A string literal with the escapes of Python; an unknown escape keeps its backslash.</summary>
    private string String(ref int at, char quote)
    {
        int start = at++;
        var value = new StringBuilder();
        while (at < _text.Length && _text[at] != quote)
        {
            if (_text[at] != '\\')
            {
                value.Append(_text[at++]);
                continue;
            }

            if (at + 1 >= _text.Length)
            {
                break;
            }

            at++;
            Escape(ref at, value);
        }

        if (at >= _text.Length)
        {
            throw source.Error("the string is not closed", start);
        }

        at++;
        return value.ToString();
    }

    private void Escape(ref int at, StringBuilder value)
    {
        char escape = _text[at++];
        switch (escape)
        {
            case '\n':
                break;
            case 'n':
                value.Append('\n');
                break;
            case 't':
                value.Append('\t');
                break;
            case 'r':
                value.Append('\r');
                break;
            case 'a':
                value.Append('\a');
                break;
            case 'b':
                value.Append('\b');
                break;
            case 'f':
                value.Append('\f');
                break;
            case 'v':
                value.Append('\v');
                break;
            case '\\' or '\'' or '"':
                value.Append(escape);
                break;
            case 'x' or 'u' or 'U':
                int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                if (at + digits > _text.Length
                    || !int.TryParse(_text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
                    || code is < 0 or > 0x10FFFF)
                {
                    throw source.Error($"'\\{escape}' needs {digits} hexadecimal digits of a character", at - 2);
                }

                value.Append(code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString());
                at += digits;
                break;
            case >= '0' and <= '7':
                int octal = escape - '0';
                for (int i = 0; i < 2 && at < _text.Length && _text[at] is >= '0' and <= '7'; i++)
                {
                    octal = (octal * 8) + (_text[at++] - '0');
                }

                value.Append((char)octal);
                break;
            case 'N':
                throw source.Error("characters by name ('\\N{…}') are not supported; write \\u and its code", at - 2);
            default:
                value.Append('\\').Append(escape);
                break;
        }
    }
}
