using System.Text.Json;

namespace SlmEdge.Tasks.Data;

/// <summary>A row of a JSON Lines file.</summary>
internal sealed class JsonDataRow(string file, long row, JsonElement value) : DataRow(file, row)
{
    /// <summary>The JSON object.</summary>
    public JsonElement Value { get; } = value;

    public override IEnumerable<string> Columns => Value.EnumerateObject().Select(property => property.Name);

    public override bool IsList(string column) => Value.TryGetProperty(column, out JsonElement found) && found.ValueKind == JsonValueKind.Array;

    public override IEnumerable<string> GetList(string column)
    {
        foreach (JsonElement item in Value.GetProperty(column).EnumerateArray())
        {
            yield return item.ValueKind == JsonValueKind.String ? item.GetString()!.Trim() : throw Error($"'{column}' has to be a list of strings; one value is {item.ValueKind.ToString().ToLowerInvariant()}");
        }
    }

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
