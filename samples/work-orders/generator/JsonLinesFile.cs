using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlmEdge.Samples.WorkOrders;

/// <summary>Writes rows as JSON Lines: one <c>{"text":…,"label":…}</c> per line, UTF-8 without byte order mark.</summary>
public static class JsonLinesFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // ° and & stay readable; the file is data, not HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The rows as text.</summary>
    public static string Format(IEnumerable<WorkOrder> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(JsonSerializer.Serialize(row, Options)).Append('\n');
        }

        return text.ToString();
    }
}
