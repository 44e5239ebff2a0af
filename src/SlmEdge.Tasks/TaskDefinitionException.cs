namespace SlmEdge.Tasks;

/// <summary>
/// A task definition cannot be used: its JSON is wrong, two labels share a name or a code, or it does not fit the tokenizer.
/// <see cref="Exception.Message"/> says where and what to change.
/// </summary>
public sealed class TaskDefinitionException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="source">The file (or other name) of the definition, put in front of the message.</param>
    /// <param name="element">The key inside the definition, for example <c>labels[3].name</c>.</param>
    /// <param name="inner">The cause.</param>
    public TaskDefinitionException(string message, string? source = null, string? element = null, Exception? inner = null)
        : base(Describe(message, source, element), inner)
    {
        Definition = source;
        Element = element;
    }

    /// <summary>The file (or other name) of the definition.</summary>
    public string? Definition { get; }

    /// <summary>The key inside the definition.</summary>
    public string? Element { get; }

    private static string Describe(string message, string? source, string? element) => (source, element) switch
    {
        (null, null) => message,
        (null, _) => $"{element}: {message}",
        (_, null) => $"{source}: {message}",
        _ => $"{source}: {element}: {message}",
    };
}
