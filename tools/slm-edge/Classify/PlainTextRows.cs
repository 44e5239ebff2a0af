using System.Text;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary>Reads plain text, one text per row: strict UTF-8, rows ended by LF or CR LF, a byte-order mark at the start is ignored.</summary>
internal static class PlainTextRows
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<TextRow> Read(Stream stream, string name, int maxLineBytes)
    {
        var buffer = new byte[64 * 1024];
        var line = new MemoryStream();
        long row = 0;
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
        {
            var start = 0;
            while (start < read)
            {
                var newline = buffer.AsSpan(start, read - start).IndexOf((byte)'\n');
                var length = newline < 0 ? read - start : newline;
                if (line.Length + length > maxLineBytes + 1L)
                {
                    throw new DataFormatException(name, row + 1, $"the row is longer than {maxLineBytes} bytes; split or shorten it, or raise --max-line-bytes");
                }

                line.Write(buffer, start, length);
                start += length + 1;
                if (newline >= 0)
                {
                    row++;
                    yield return new TextRow(row, Decode(line, name, row));
                    line.SetLength(0);
                }
            }
        }

        if (line.Length > 0)
        {
            yield return new TextRow(row + 1, Decode(line, name, row + 1));
        }
    }

    private static string Decode(MemoryStream line, string name, long row)
    {
        var bytes = line.GetBuffer().AsSpan(0, (int)line.Length);
        if (bytes.EndsWith("\r"u8))
        {
            bytes = bytes[..^1];
        }

        if (row == 1 && bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new DataFormatException(name, row, "the row is not valid UTF-8; save the file as UTF-8", error);
        }
    }
}
