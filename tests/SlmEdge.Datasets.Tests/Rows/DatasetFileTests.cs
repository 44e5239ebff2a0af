using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using SlmEdge.Datasets.Rows;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Tests.Rows;

public sealed class DatasetFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("data/banking77/train.csv", "text", "category")]
    [InlineData("data/work-orders/system.train.jsonl", "text", "label")]
    public void Real_files_are_read_as_the_trainer_reads_them(string file, string text, string label)
    {
        string path = SharedData.Locate(file);
        var expected = LabelledTextReader.Read(path, new ReaderOptions { TextColumn = text, LabelColumn = label });

        Read(path, new DatasetOptions { TextColumn = text, LabelColumn = label }).Where(row => !row.Blank)
            .Select(row => (row.Row, row.Text, row.Label!, row.Fault)).ShouldBe(expected.Select(row => (row.Row, row.Text, row.Label, (string?)null)));
    }

    // The trainer's reader and this one were written apart; whatever one takes, the other has to take the same.
    [Property(MaxTest = 300)]
    public void Csv_of_any_content_is_read_as_the_trainer_reads_it(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["a", "pump", "\"", "\"\"", ",", ";", "\n", "\r\n", " ", "é", "5\" pipe", "\"x, y\"", "\"two\nlines\"", "\"he said \"\"no\"\"\""];
        var content = new StringBuilder("text,label\n");
        for (int row = 0; row < 6; row++)
        {
            if (random.Next(3) == 0)
            {
                content.AppendJoin("", Enumerable.Range(0, random.Next(1, 6)).Select(_ => pieces[random.Next(pieces.Length)])).Append('\n');
            }
            else
            {
                content.Append(pieces[random.Next(2)]).Append(',').Append(pieces[8 + random.Next(6)]).Append("z\n".AsSpan(random.Next(2)));
            }
        }

        string path = _folder.Write($"{Guid.NewGuid():N}.csv", content.ToString());
        List<DatasetRow> rows = [.. Read(path, new DatasetOptions()).Where(row => !row.Blank)];
        IReadOnlyList<LabelledText> expected;
        try
        {
            expected = LabelledTextReader.Read(path);
        }
        catch (DataFormatException exception)
        {
            // Empty texts are findings here, and blank lines at the end are no rows.
            rows.Any(row => row.Fault is not null || string.IsNullOrWhiteSpace(row.Text) || string.IsNullOrWhiteSpace(row.Label)).ShouldBe(rows.Count > 0, exception.Message + "\n" + content);
            return;
        }

        rows.Select(row => (row.Row, row.Text, row.Label!, row.Fault)).ShouldBe(expected.Select(row => (row.Row, row.Text, row.Label, (string?)null)), content.ToString());
    }

    [Fact]
    public void Every_bad_line_is_reported_and_the_rows_between_are_read()
    {
        byte[] content = [.. """
            {"text": "one", "label": "a"}
            {oops

            ["array"]
            {"text": 3, "label": "a"}
            {"text": "two", "text": "twice"}
            {"messages": [{"role": "user", "content": "hi"}]}
            {"other": "x"}

            """u8, .. "{\"text\": \"caf\xE9\"}\n"u8[..15], 0xE9, .. "\"}\n{\"text\": \"end\", \"label\": \"b\"}"u8];
        List<DatasetRow> rows = Read(_folder.Write("bad.jsonl", content), new DatasetOptions());

        rows.Select(row => row.Fault is null && !row.Blank).ShouldBe([true, false, false, false, false, false, false, false, false, true]);
        rows.Where(row => row.Fault is not null).Select(row => row.Row).ShouldBe([2L, 4, 5, 6, 7, 8, 9]);
        rows[4].Fault!.ShouldContain("'text' has to be a string, not number");
        rows[7].Fault!.ShouldContain("other");
        rows[9].Text.ShouldBe("end");
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_one_line()
    {
        List<DatasetRow> rows = Read(_folder.Write("bad.csv", "text,label\nfine,a\n\"open,a\nnext,b\n\"also \"bad,c\nlast,d\n"), new DatasetOptions());

        rows.Select(row => (row.Row, row.Fault is null)).ShouldBe([(2L, true), (3L, false), (4L, true), (5L, false), (6L, true)]);
        rows[4].Text.ShouldBe("last");
    }

    [Fact]
    public void A_line_that_is_too_long_is_passed_over_within_bounded_memory()
    {
        string path = _folder.Write("long.jsonl", $"{{\"text\": \"{new string('x', 3_000_000)}\"}}\n{{\"text\": \"short\"}}\n");
        List<DatasetRow> rows = Read(path, new DatasetOptions());

        rows[0].Fault!.ShouldContain("longer than 1048576 bytes");
        rows[1].Text.ShouldBe("short");
    }

    [Fact]
    public void Compressed_files_are_read_like_plain_ones()
    {
        using (var gzip = new GZipStream(File.Create(_folder.Combine("rows.csv.gz")), CompressionLevel.Fastest))
        {
            gzip.Write("text,label\npump,a\n"u8);
        }

        Read(_folder.Combine("rows.csv.gz"), new DatasetOptions()).Select(row => (row.Row, row.Text)).ShouldBe([(2L, "pump")]);
    }

    [Fact]
    public void Kinds_are_told_from_their_columns()
    {
        string path = _folder.Write("kinds.jsonl", """
            {"text": "a", "label": " b "}
            {"instruction": "i", "input": "n", "output": "o"}
            {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}]}
            {"prompt": "p", "chosen": "good", "rejected": "bad"}
            {"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}], "rejected": "bad"}
            """);
        List<DatasetRow> rows = Read(path, new DatasetOptions());

        rows.Select(row => row.Kind).ShouldBe([RowKind.LabelledText, RowKind.Instruction, RowKind.Messages, RowKind.Preference, RowKind.Preference]);
        rows[0].Label.ShouldBe("b");
        rows[1].Text.ShouldBe("i\nn\no");
        rows[2].Segments.ShouldBe([new RowSegment("q", false), new RowSegment("r", true)]);
    }

    internal static List<DatasetRow> Read(string path, DatasetOptions options)
    {
        var rows = new List<DatasetRow>();
        foreach (RowBatch batch in DatasetFile.Open(path, options).Read(null, CancellationToken.None))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                rows.Add(batch[i]);
            }
        }

        return rows;
    }
}
