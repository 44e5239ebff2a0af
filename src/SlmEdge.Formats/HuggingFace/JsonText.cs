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

    /// <summary>An integer, or null.</summary>
    public static void WriteInteger(Utf8JsonWriter json, string name, int? value)
    {
        if (value is int number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A number, or nothing.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number)
        {
            json.WriteNumber(name, number);
        }
    }

    /// <summary>A list of numbers.</summary>
    public static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (double value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public static void Save(string path, Action<Utf8JsonWriter> write)
    {
        byte[] bytes = Write(write);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
