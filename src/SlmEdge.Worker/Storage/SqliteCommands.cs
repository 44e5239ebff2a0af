using Microsoft.Data.Sqlite;

namespace SlmEdge.Worker.Storage;

/// <summary>Commands with named parameters, in a line.</summary>
internal static class SqliteCommands
{
    public static SqliteCommand Command(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    public static int Execute(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(text, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row, or the type's default where there is none.</summary>
    public static T? Find<T>(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(text, parameters);
        using var rows = command.ExecuteReader();
        return rows.Read() && !rows.IsDBNull(0) ? rows.GetFieldValue<T>(0) : default;
    }

    public static List<T> List<T>(this SqliteConnection connection, string text, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.Command(text, parameters);
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read())
        {
            list.Add(read(rows));
        }

        return list;
    }

    public static string? Text(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
