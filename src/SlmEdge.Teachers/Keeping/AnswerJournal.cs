using System.Text.Json;
using System.Text.Json.Serialization;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Teachers.Keeping;

/// <summary>
/// The answers that were paid for, one line each, on the disk before anybody uses them. Whatever ends a run, the next one asks only what is
/// not here. Safe to use from several threads; one process at a time.
/// </summary>
public sealed class AnswerJournal : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly byte[] LineStart = [.. "{\"key\":\""u8];

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly Dictionary<string, TeacherReply> _replies = [];

    private AnswerJournal(FileStream file) => _file = file;

    /// <summary>How many questions have their answers here.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _replies.Count;
            }
        }
    }

    /// <summary>Opens a journal, or begins one. A last line that was not written whole is cut off.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataFormatException">A line is not one of a journal.</exception>
    /// <exception cref="IOException">The file cannot be written, or another run has it open.</exception>
    public static AnswerJournal Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"'{path}' cannot be opened for writing ({e.Message}); does another run write to it?", e);
        }

        var journal = new AnswerJournal(file);
        try
        {
            journal.Load(path);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>The answers to a question, if they are here.</summary>
    /// <param name="key">The question's <see cref="TeacherRequest.Key"/>.</param>
    public TeacherReply? Find(string key)
    {
        lock (_gate)
        {
            return _replies.GetValueOrDefault(key);
        }
    }

    /// <summary>Writes the answers to a question and waits until they are on the disk.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public void Append(string key, TeacherReply reply)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new JournalLine(key, reply), Json);
        lock (_gate)
        {
            _file.Write([.. line, (byte)'\n']);
            _file.Flush(flushToDisk: true);
            _replies[key] = reply;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Load(string path)
    {
        // Before anything is cut off: it could be a file of somebody else's.
        var head = new byte[LineStart.Length];
        if (!LineStart.AsSpan().StartsWith(head.AsSpan(0, _file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))))
        {
            throw NoJournal(path, 1, "another beginning");
        }

        CutTornLine();
        foreach (var line in JsonLinesReader.Read(_file, path, new JsonLinesLimits { MaxLineBytes = 64 << 20 }))
        {
            try
            {
                var entry = line.Value.Deserialize<JournalLine>(Json);
                if (entry is not { Key: not null, Reply.Answers: not null })
                {
                    throw new JsonException("'key' or 'reply' is missing");
                }

                _replies[entry.Key] = entry.Reply;
            }
            catch (JsonException e)
            {
                throw NoJournal(path, line.Row, e.Message, e);
            }
        }

        _file.Seek(0, SeekOrigin.End);
    }

    private static DataFormatException NoJournal(string path, long row, string why, Exception? inner = null) =>
        new(path, row, $"this is no line of kept answers ({why}); name another --out, or remove the file to ask everything again", inner);

    private void CutTornLine()
    {
        var end = _file.Length;
        var chunk = new byte[4096];
        while (end > 0)
        {
            var start = Math.Max(0, end - chunk.Length);
            _file.Position = start;
            var part = chunk.AsSpan(0, (int)(end - start));
            _file.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is var at and >= 0)
            {
                end = start + at + 1;
                break;
            }

            end = start;
        }

        _file.SetLength(end);
        _file.Position = 0;
    }

    private sealed record JournalLine(string Key, TeacherReply Reply);
}
