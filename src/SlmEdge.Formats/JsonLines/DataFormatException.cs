using System.Globalization;

namespace SlmEdge.Formats.JsonLines;

/// <summary>A row of a data file cannot be used. The message names the file and the row.</summary>
public sealed class DataFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The data file.</param>
    /// <param name="row">The 1-based row, or null when the whole file is meant.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, or null.</param>
    public DataFormatException(string file, long? row, string message, Exception? inner = null)
        : base(row is null ? $"{file}: {message}" : string.Create(CultureInfo.InvariantCulture, $"{file}, row {row}: {message}"), inner)
    {
        File = file;
        Row = row;
    }

    /// <summary>The data file.</summary>
    public string File { get; }

    /// <summary>The 1-based row, or null when the whole file is meant.</summary>
    public long? Row { get; }
}
