using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Writes JSON as the Hugging Face tools do: indented by two spaces, text not escaped, LF.</summary>
internal static class JsonText
{
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public static void Save(string path, Action<Utf8JsonWriter> write)
    {
        byte[] bytes = Write(write);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
