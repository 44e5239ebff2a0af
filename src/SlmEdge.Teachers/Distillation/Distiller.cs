using SlmEdge.Formats.Storage;
using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Distillation;

/// <summary>
/// Lets a teacher answer rows and writes what a student learns from. Every answer is on the disk before it is used; a run that was ended by
/// the teacher, the user or the power goes on where it stopped.
/// </summary>
public sealed class Distiller
{
    private readonly DistillOptions _options;
    private readonly DistillFiles _files;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">What is asked and kept.</param>
    /// <exception cref="TeacherException">The settings contradict each other, or the output is not this run's.</exception>
    public Distiller(DistillOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _files = new DistillFiles(options.OutputFile);
        _files.Claim();
    }

    /// <summary>Asks for every row.</summary>
    /// <param name="teacher">Who is asked; stays the caller's.</param>
    /// <param name="progress">Told after every row.</param>
    /// <param name="cancellationToken">Stops the run; what is answered stays.</param>
    /// <exception cref="TeacherException">The teacher failed for good; the message says what is kept.</exception>
    /// <exception cref="Formats.JsonLines.DataFormatException">A row is malformed.</exception>
    public async Task<DistillResult> RunAsync(ITeacher teacher, IProgress<DistillProgress>? progress = null, CancellationToken cancellationToken = default)
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
            : throw new TeacherException($"{end.Message} Kept: {written} rows from {done} of {rows.Count} in '{_files.Output}', and every answer in '{_files.Answers}'. The same command asks only for what is missing.", inner: end);

        void Take(int index, RowOutcome outcome)
        {
            outcomes[index] = outcome;
            var bad = outcome.Failure is null ? Volatile.Read(ref failed) : Interlocked.Increment(ref failed);
            progress?.Report(new DistillProgress(Interlocked.Increment(ref done), rows.Count, bad, keeping.Usage.AnswerTokens));
        }
    }

    private void Write(IReadOnlyList<PromptRow> rows, RowOutcome?[] outcomes)
    {
        // In the order of the prompts, whatever the order of the answers was.
        AtomicFile.Write(_files.Output, stream =>
        {
            foreach (var row in outcomes.SelectMany(outcome => outcome?.Rows ?? []))
            {
                stream.Write([.. row, (byte)'\n']);
            }
        });
        var failures = outcomes.Index().Where(outcome => outcome.Item?.Failure is not null).ToArray();
        if (failures.Length == 0)
        {
            File.Delete(_files.Failures);
            return;
        }

        AtomicFile.Write(_files.Failures, stream =>
        {
            foreach (var (index, outcome) in failures)
            {
                stream.Write([
                    .. OutputRow.Write(json =>
                    {
                        json.WriteNumber("row", rows[index].Row);
                        json.WriteString("reason", outcome!.Failure);
                        json.WriteString("question", rows[index].Question[^1].Content);
                    }),
                    (byte)'\n',
                ]);
            }
        });
    }
}
