using System.Globalization;
using System.Text;

namespace SlmEdge.Formats;

/// <summary>
/// A model file (safetensors, GGUF, ONNX, Hugging Face JSON) is malformed, truncated, or asks for something that this
/// library does not implement. The message already says where.
/// </summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and, where possible, what to do.</param>
    /// <param name="file">The file, or null when the bytes did not come from a file.</param>
    /// <param name="element">The tensor, key or field, or null.</param>
    /// <param name="offset">The byte offset in the file, or null.</param>
    /// <param name="inner">The cause, or null.</param>
    public ModelFormatException(string message, string? file = null, string? element = null, long? offset = null, Exception? inner = null)
        : base(Compose(message, file, element, offset), inner)
    {
        File = file;
        Element = element;
        Offset = offset;
    }

    /// <summary>The file, or null when the bytes did not come from a file.</summary>
    public string? File { get; }

    /// <summary>The tensor, key or field that is wrong, or null.</summary>
    public string? Element { get; }

    /// <summary>The byte offset in the file, or null.</summary>
    public long? Offset { get; }

    private static string Compose(string message, string? file, string? element, long? offset)
    {
        if (file is null && element is null && offset is null)
        {
            return message;
        }

        var text = new StringBuilder();
        if (file is not null)
        {
            text.Append(file).Append(": ");
        }

        if (element is not null)
        {
            text.Append('\'').Append(element).Append("': ");
        }

        text.Append(message);
        if (offset is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" (at byte {offset})");
        }

        return text.ToString();
    }
}
