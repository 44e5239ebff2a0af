using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Datasets.Rows;

/// <summary>The file beside an output that says of every removed row why it is gone: JSON Lines.</summary>
internal static class SideFile
{
    // The file is read by people and not put into a page: letters stay letters.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file, atomically.</summary>
    /// <param name="path">The file; ending in .gz it is compressed.</param>
    /// <param name="write">Gets what adds a row.</param>
    public static void Write(string path, Action<Action<Action<Utf8JsonWriter>>> write) => AtomicFile.Write(path, stream =>
    {
        bool compressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        using Stream? gzip = compressed ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true) : null;
        Stream target = gzip ?? stream;
        using var json = new Utf8JsonWriter(target, Plain);
        write(row =>
        {
            json.Reset();
            json.WriteStartObject();
            row(json);
            json.WriteEndObject();
            json.Flush();
            target.WriteByte((byte)'\n');
        });
    });
}
