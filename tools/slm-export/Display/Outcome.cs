using System.Globalization;
using System.Text.Json;

namespace SlmEdge.ExportTool.Display;

/// <summary>The last line of a conversion: for people or, with --json, for machines.</summary>
internal static class Outcome
{
    public static void Written(string path, long bytes, bool json, params (string Name, string Value)[] details)
    {
        if (json)
        {
            var values = new Dictionary<string, object> { ["path"] = Path.GetFullPath(path), ["bytes"] = bytes };
            foreach (var (name, value) in details)
            {
                values[name] = value;
            }

            Console.WriteLine(JsonSerializer.Serialize(values));
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {bytes / 1048576.0:F2} MiB, {string.Join(", ", details.Select(d => d.Value))}"));
    }
}
