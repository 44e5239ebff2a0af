using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>A row of a data file with its columns by name, whatever format it came in.</summary>
internal abstract class DataRow(string file, long row)
{
    public string File { get; } = file;

    public long Row { get; } = row;

    public abstract IEnumerable<string> Columns { get; }

    /// <summary>The value of a column, or <see langword="null"/> when the row has no such column.</summary>
    /// <exception cref="DataFormatException">The value is not text.</exception>
    public abstract string? Find(string column);

    /// <summary>The value of a column that has to be there.</summary>
    /// <param name="column">The column.</param>
    /// <param name="option">The command-line option that names another column, if there is one.</param>
    public string Get(string column, string? option = null) => Find(column) ?? throw Error(
        $"there is no column '{column}'; the columns are: {string.Join(", ", Columns)}{(option is null ? "" : $". Name the right one with {option}")}");

    /// <summary>The value of a column that has to be there and must not be blank.</summary>
    public string GetText(string column, string? option = null)
    {
        string value = Get(column, option);
        return string.IsNullOrWhiteSpace(value) ? throw Error($"the column '{column}' is empty; fill it in or remove the row") : value;
    }

    /// <summary>Whether a column holds a list of values.</summary>
    public virtual bool IsList(string column) => false;

    /// <summary>The strings of a column that is a list.</summary>
    /// <exception cref="DataFormatException">A value is not text.</exception>
    public virtual IEnumerable<string> GetList(string column) => [];

    public DataFormatException Error(string message) => new(File, Row, message);
}
