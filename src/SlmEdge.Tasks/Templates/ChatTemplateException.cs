namespace SlmEdge.Tasks.Templates;

/// <summary>
/// A chat template cannot be read or cannot be honoured: wrong syntax, a filter that does not exist, an operation on values that do not allow it,
/// a limit that is exceeded, or the template itself refused the conversation.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="template">Name of the template.</param>
    /// <param name="line">Line in the template, from 1; 0 where it has none.</param>
    /// <param name="column">Column, from 1, in UTF-16 code units; 0 where it has none.</param>
    /// <param name="raised">Whether the template itself refused, by <c>raise_exception</c>.</param>
    /// <param name="inner">The cause.</param>
    public ChatTemplateException(string message, string template, int line = 0, int column = 0, bool raised = false, Exception? inner = null)
        : base(line > 0 ? $"{template}, line {line}, column {column}: {message}" : $"{template}: {message}", inner)
    {
        Template = template;
        Line = line;
        Column = column;
        RaisedByTemplate = raised;
    }

    /// <summary>Name of the template.</summary>
    public string Template { get; }

    /// <summary>Line in the template, from 1; 0 where the error has none.</summary>
    public int Line { get; }

    /// <summary>Column in the line, from 1; 0 where the error has none.</summary>
    public int Column { get; }

    /// <summary>Whether the template refused the conversation by <c>raise_exception</c>, for example because the roles do not alternate.</summary>
    public bool RaisedByTemplate { get; }
}
