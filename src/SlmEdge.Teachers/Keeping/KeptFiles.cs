using SlmEdge.Formats.Storage;

namespace SlmEdge.Teachers.Keeping;

/// <summary>Where the files of a run stand.</summary>
/// <param name="Output">The rows to learn from; written whole at the end of every run, finished or not.</param>
internal sealed record KeptFiles(string Output)
{
    /// <summary>Every answer, as it came: what the next run does not ask again.</summary>
    public string Answers => Beside("answers");

    /// <summary>Rows without a usable answer, with the reasons.</summary>
    public string Failures => Beside("failed");

    /// <summary>Texts that did not pass the filters, with the reasons.</summary>
    public string Rejected => Beside("rejected");

    /// <summary>Writes rows, one a line.</summary>
    public static void WriteRows(string path, IEnumerable<byte[]> rows) => AtomicFile.Write(path, stream =>
    {
        foreach (var row in rows)
        {
            stream.Write([.. row, (byte)'\n']);
        }
    });

    /// <summary>Writes rows; where there are none the file of an earlier run goes.</summary>
    public static void WriteRowsOrNone(string path, IReadOnlyCollection<byte[]> rows)
    {
        if (rows.Count > 0)
        {
            WriteRows(path, rows);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>The end of a run that the teacher brought about: what is kept and how to go on.</summary>
    public TeacherException Ended(TeacherException cause, string kept) =>
        new($"{cause.Message} Kept: {kept} in '{Output}', and every answer in '{Answers}'. The same command asks only for what is missing.", inner: cause);

    /// <summary>Refuses to write over rows that no run of this kind has made.</summary>
    /// <exception cref="TeacherException">The output exists, but not the answers that it would have come from.</exception>
    public void Claim()
    {
        if (Directory.Exists(Output))
        {
            throw new TeacherException($"'{Output}' is a folder; --out names the file of rows to write.");
        }

        if (File.Exists(Output) && !File.Exists(Answers))
        {
            throw new TeacherException($"'{Output}' exists and would be lost: it was not made here, or its '{Answers}' is gone. Name another --out.");
        }
    }

    private string Beside(string what) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Output))!, $"{Path.GetFileNameWithoutExtension(Output)}.{what}.jsonl");
}
