using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Distillation;

/// <summary>
/// Lets a teacher answer rows and writes what a student learns from. Every answer is on the disk before it is used; a run that was ended by
/// the teacher, the user or the power goes on where it stopped.
/// </summary>
public sealed class Distiller
{
    private readonly DistillOptions _options;
    private readonly KeptFiles _files;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">What is asked and kept.</param>
    /// <exception cref="TeacherException">The settings contradict each other, or the output is not this run's.</exception>
    public Distiller(DistillOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _files = new KeptFiles(options.OutputFile);
        _files.Claim();
    }

    /// <summary>Asks for every row.</summary>
    /// <param name="teacher">Who is asked; stays the caller's.</param>
    /// <param name="progress">Told after every row.</param>
    /// <param name="cancellationToken">Stops the run; what is answered stays.</param>
    /// <exception cref="TeacherException">The teacher failed for good; the message says what is kept.</exception>
    /// <exception cref="Formats.JsonLines.DataFormatException">A row is malformed.</exception>
    public async Task<DistillResult> RunAsync(ITeacher teacher, IProgress<TeacherProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        var rows = PromptRows.Read(_options.PromptsFile, _options.Task, _options.TextColumn);
        using var journal = AnswerJournal.Open(_files.Answers);
        var keeping = new KeepingTeacher(teacher, journal);
        var distiller = new RowDistiller(keeping, _options);
        var outcomes = new RowOutcome?[rows.Count];
        var done = 0;
        var failed = 0;
        TeacherException? end = null;
        try
        {
            await QuestionRound.RunAsync(
                rows.Count,
                teacher.Concurrency,
                async (index, token) => Take(index, await distiller.RunAsync(rows[index], token).ConfigureAwait(false)),
                (index, refusal) => Take(index, RowOutcome.Failed(refusal.Message)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TeacherException e)
        {
            end = e;
        }
        finally
        {
            Write(rows, outcomes);
        }

        var written = outcomes.Sum(outcome => outcome?.Rows.Count ?? 0);
        return end is null
            ? new DistillResult(_files.Output, failed > 0 ? _files.Failures : null, rows.Count, written, failed, keeping.Usage)
            : throw _files.Ended(end, $"{written} rows from {done} of {rows.Count}");

        void Take(int index, RowOutcome outcome)
        {
            outcomes[index] = outcome;
            var bad = outcome.Failure is null ? Volatile.Read(ref failed) : Interlocked.Increment(ref failed);
            var all = Interlocked.Increment(ref done);
            progress?.Report(new TeacherProgress(all, rows.Count, bad, keeping.Usage.AnswerTokens));
        }
    }

    private void Write(IReadOnlyList<PromptRow> rows, RowOutcome?[] outcomes)
    {
        // In the order of the prompts, whatever the order of the answers was.
        KeptFiles.WriteRows(_files.Output, outcomes.SelectMany(outcome => outcome?.Rows ?? []));
        KeptFiles.WriteRowsOrNone(_files.Failures, [.. outcomes.Index().Where(outcome => outcome.Item?.Failure is not null).Select(outcome => OutputRow.Write(json =>
        {
            json.WriteNumber("row", rows[outcome.Index].Row);
            json.WriteString("reason", outcome.Item!.Failure);
            json.WriteString("question", rows[outcome.Index].Question[^1].Content);
        }))]);
    }
}
