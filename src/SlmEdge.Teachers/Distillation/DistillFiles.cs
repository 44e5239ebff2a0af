namespace SlmEdge.Teachers.Distillation;

/// <summary>Where the files of a run stand.</summary>
/// <param name="Output">The rows to learn from; written whole at the end of every run, finished or not.</param>
public sealed record DistillFiles(string Output)
{
    /// <summary>Every answer, as it came: what the next run does not ask again.</summary>
    public string Answers => Beside("answers");

    /// <summary>Rows without a usable answer, with the reasons.</summary>
    public string Failures => Beside("failed");

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
