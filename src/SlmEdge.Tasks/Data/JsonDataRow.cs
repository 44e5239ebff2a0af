using System.Text.Json;

namespace SlmEdge.Tasks.Data;

/// <summary>A row of a JSON Lines file.</summary>
internal sealed class JsonDataRow(string file, long row, JsonElement value) : DataRow(file, row)
{
    /// <summary>The JSON object.</summary>
    public JsonElement Value { get; } = value;

    public override IEnumerable<string> Columns => Value.EnumerateObject().Select(property => property.Name);

    public override string? Find(string column)
    {
        if (!Value.TryGetProperty(column, out JsonElement found))
        {
            return null;
        }

        return found.ValueKind switch
        {
            JsonValueKind.String => found.GetString(),
            JsonValueKind.Null => "",
            _ => throw Error($"'{column}' has to be a string, not {found.ValueKind.ToString().ToLowerInvariant()}"),
        };
    }
}
