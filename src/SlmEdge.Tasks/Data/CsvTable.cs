using System.Text.Unicode;
using CsvHelper;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>Reads CSV with a header (RFC 4180): quoted separators, quotes and line breaks, an optional byte-order mark, bounded records.</summary>
internal static class CsvTable
{
    private const string Separators = ",;\t|";

    public static IEnumerable<DataRow> Read(string path, int maxRowBytes, IReadOnlyList<string> columns)
    {
        using CsvReader reader = Open(path, FindSeparator(path, maxRowBytes, columns), maxRowBytes);
        string[] header = Header(reader, path, maxRowBytes);
        while (Guard(reader, path, maxRowBytes, static r => r.Read()))
        {
            // The header is row 1, as a spreadsheet counts.
            long row = reader.RowNumber + 1;
            CheckRecord(reader.RawRecord, path, row, maxRowBytes);
            if (reader.RawRecord.IsEmpty)
            {
                continue;
            }

            if (reader.FieldCount != header.Length)
            {
                throw new DataFormatException(
                    path, row, $"has {reader.FieldCount} columns where the header has {header.Length}; put values that contain the separator or a line break in double quotes");
            }

            var values = new string[header.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = reader.GetString(i);
            }

            yield return new CsvDataRow(path, row, header, values);
        }
    }

    /// <summary>
    /// The separator under which the header has the columns that are wanted. Guessing from the rows would go wrong on texts, which are
    /// full of commas and semicolons.
    /// </summary>
    private static char FindSeparator(string path, int maxRowBytes, IReadOnlyList<string> columns)
    {
        char best = ',';
        int most = 0;
        foreach (char separator in Separators)
        {
            using CsvReader reader = Open(path, separator, maxRowBytes);
            string[] header = Header(reader, path, maxRowBytes);
            if (columns.All(header.Contains))
            {
                return separator;
            }

            // Should a column be missing, the error lists the columns under the separator that divides the header most.
            if (header.Length > most)
            {
                (best, most) = (separator, header.Length);
            }
        }

        return best;
    }

    private static CsvReader Open(string path, char separator, int maxRowBytes) => CsvReader.FromFile(path, new CsvReaderOptions
    {
        Separator = separator,
        MaxRecordSize = maxRowBytes,
        SkipEmptyLines = false,
        OnMalformedRecord = record =>
        {
            // A stray quote (5" pipe) is only a character; anything else has swallowed or cut values.
            if (record.Reason is CsvMalformedReason.TextAfterClosingQuote or CsvMalformedReason.UnterminatedQuote)
            {
                throw new DataFormatException(path, record.RecordNumber, record.Reason == CsvMalformedReason.UnterminatedQuote
                    ? "a double quote opens a value that is never closed"
                    : "there is text after a closing double quote; write a quote inside a quoted value twice");
            }
        },
    });

    private static string[] Header(CsvReader reader, string path, int maxRowBytes)
    {
        Guard(reader, path, maxRowBytes, static r =>
        {
            r.ReadHeader();
            return true;
        });
        string[] header = [.. reader.Headers];
        if (header.Length == 0 || header.All(string.IsNullOrWhiteSpace))
        {
            throw new DataFormatException(path, 1, "there is no header; the first row has to name the columns, such as text,label");
        }

        if (Array.Exists(header, name => name.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            throw new DataFormatException(path, 1, "the header is not valid UTF-8; save the file as UTF-8");
        }

        string? twice = header.GroupBy(name => name).FirstOrDefault(group => group.Key.Length > 0 && group.Count() > 1)?.Key;
        return twice is null ? header : throw new DataFormatException(path, 1, $"two columns are named '{twice}'");
    }

    private static bool Guard(CsvReader reader, string path, int maxRowBytes, Func<CsvReader, bool> read)
    {
        try
        {
            return read(reader);
        }
        catch (CsvFormatException e)
        {
            // Quoting is reported through OnMalformedRecord: what is left is the size of a record.
            throw new DataFormatException(
                path,
                e.RecordNumber > 0 ? e.RecordNumber : null,
                $"the row is longer than {maxRowBytes} bytes or cannot be read as CSV ({e.Message}); look for a double quote that is never closed, or shorten the row",
                e);
        }
        catch (IOException e)
        {
            throw new DataFormatException(path, null, $"cannot be read: {e.Message}", e);
        }
    }

    private static void CheckRecord(ReadOnlySpan<byte> record, string path, long row, int maxRowBytes)
    {
        if (record.Length > maxRowBytes)
        {
            throw new DataFormatException(path, row, $"the row is longer than {maxRowBytes} bytes; split or shorten it");
        }

        if (!Utf8.IsValid(record))
        {
            throw new DataFormatException(path, row, "the row is not valid UTF-8; save the file as UTF-8");
        }
    }
}
