using System.Text;

namespace SlmEdge.Tools.CommandLine;

/// <summary>Foreign text (a manifest's, a message that quotes a file) on its way to a terminal, where control characters would be obeyed.</summary>
internal static class TerminalText
{
    /// <summary>The text in one line, every run of control characters a space.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text.Trim())
        {
            if (!char.IsControl(c))
            {
                line.Append(c);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString();
    }
}
