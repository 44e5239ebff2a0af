using System.Text;

namespace SlmEdge.Datasets.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slmedge-datasets-").FullName;

    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Combine(name), content);
        return Combine(name);
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Writes labelled texts as JSON Lines.</summary>
    public string WriteRows(string name, IEnumerable<(string Text, string Label)> rows) =>
        Write(name, string.Concat(rows.Select(row => System.Text.Json.JsonSerializer.Serialize(new { text = row.Text, label = row.Label }) + "\n")));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
