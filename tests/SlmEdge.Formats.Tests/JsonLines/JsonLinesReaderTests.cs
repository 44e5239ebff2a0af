using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Formats.Tests.JsonLines;

public sealed class JsonLinesReaderTests
{
    [Fact]
    public void Rows_are_numbered_as_an_editor_numbers_them()
    {
        JsonLine[] lines = Read("\uFEFF{\"a\":1}\r\n\r\n  \n[2]\n\"last\"");
        lines.Select(l => l.Row).ShouldBe([1, 4, 5]);
        lines[0].Value.GetProperty("a").GetInt32().ShouldBe(1);
        lines[2].Value.GetString().ShouldBe("last");
    }

    [Theory]
    [InlineData("{\"a\":1}\n{oops}\n", 2)]
    [InlineData("{\"a\":1}\n{\"a\":1} {\"b\":2}\n", 2)]
    [InlineData("{\"a\":1,\"a\":2}", 1)]
    [InlineData("\n\n{\"a\":\"\\ud800\"}", 3)]
    public void A_row_that_is_not_json_is_named(string text, long row)
    {
        var error = Should.Throw<DataFormatException>(() => Read(text));
        error.Row.ShouldBe(row);
        error.Message.ShouldContain($"data.jsonl, row {row}:");
    }

    [Fact]
    public void Invalid_utf8_is_refused_with_its_row()
    {
        byte[] bytes = [.. "{\"a\":\"x\"}\n{\"a\":\""u8, 0xC3, 0x28, .. "\"}\n"u8];
        var error = Should.Throw<DataFormatException>(() => JsonLinesReader.Read(new MemoryStream(bytes), "data.jsonl").ToArray());
        error.Row.ShouldBe(2);
        error.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void A_row_beyond_the_limit_is_refused_without_reading_it_whole()
    {
        var stream = new EndlessRow();
        var error = Should.Throw<DataFormatException>(() => JsonLinesReader.Read(stream, "data.jsonl").ToArray());
        error.Row.ShouldBe(2);
        stream.BytesRead.ShouldBeLessThan(4 << 20);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_limit_counts_the_row_without_its_line_end(int excess, bool accepted)
    {
        var limits = new JsonLinesLimits { MaxLineBytes = 100 };
        string row = '"' + new string('x', 98 + excess) + '"';
        foreach (string end in (string[])["", "\n", "\r\n"])
        {
            var read = () => JsonLinesReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(row + end)), "d", limits).Count();
            if (accepted)
            {
                read().ShouldBe(1);
            }
            else
            {
                Should.Throw<DataFormatException>(() => read()).Row.ShouldBe(1);
            }
        }
    }

    [Property]
    public bool What_was_written_is_read_back(string?[] texts, bool carriageReturn)
    {
        string[] values = [.. texts.Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t ?? string.Empty)))];
        string file = string.Concat(values.Select(v => JsonSerializer.Serialize(v) + (carriageReturn ? "\r\n" : "\n")));
        return Read(file).Select(l => l.Value.GetString()).SequenceEqual(values);
    }

    private static JsonLine[] Read(string text) => [.. JsonLinesReader.Read(new OneByteAtATime(Encoding.UTF8.GetBytes(text)), "data.jsonl")];

    /// <summary>Delivers single bytes, as a slow pipe may.</summary>
    private sealed class OneByteAtATime(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }

    /// <summary>A short first row, then a row that never ends.</summary>
    private sealed class EndlessRow : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => BytesRead; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                buffer[offset + i] = (BytesRead + i) switch { 0 => (byte)'1', 1 => (byte)'\n', 2 => (byte)'"', _ => (byte)'x' };
            }

            BytesRead += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
