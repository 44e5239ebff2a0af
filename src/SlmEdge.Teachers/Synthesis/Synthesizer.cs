using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Distillation;
using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>
/// Lets a teacher write new labelled texts and keeps those that pass the filters. Like <see cref="Distiller"/> it keeps every answer on the disk
/// and goes on where it was ended; the filters are applied to all answers anew, so that they can be changed without asking again.
/// </summary>
public sealed class Synthesizer
{
    /// <summary>Questions after which the filters say how many more are needed. It does not depend on the teacher, so that a run can be repeated.</summary>
    private const int MostInRound = 32;

    private readonly SynthOptions _options;
    private readonly IRowJudge? _judge;
    private readonly KeptFiles _files;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">What is asked for and kept.</param>
    /// <param name="judge">Who rejects texts that it takes for another label; null is nobody.</param>
    /// <exception cref="TeacherException">The settings contradict each other, or the output is not this run's.</exception>
    public Synthesizer(SynthOptions options, IRowJudge? judge = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _judge = judge;
        _files = new KeptFiles(options.OutputFile);
        _files.Claim();
    }

    /// <summary>Asks until there are rows enough, or questions enough have been put.</summary>
    /// <param name="teacher">Who is asked; stays the caller's.</param>
    /// <param name="progress">Told after every question.</param>
    /// <param name="cancellationToken">Stops the run; what is answered stays.</param>
    /// <exception cref="TeacherException">The teacher failed for good; the message says what is kept.</exception>
    /// <exception cref="Formats.JsonLines.DataFormatException">A seed or a text to keep away from is malformed.</exception>
    public async Task<SynthResult> RunAsync(ITeacher teacher, IProgress<TeacherProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        var seeds = LabelledTextReader.Read(_options.SeedsFile, _options.Task, new ReaderOptions { TextColumn = _options.TextColumn, LabelColumn = _options.LabelColumn });
        var plan = new SynthPlan(_options, seeds);
        var filter = new RowFilter(_options, seeds, _options.AgainstFiles.SelectMany(file => LabelledTextReader.ReadTexts(file, new ReaderOptions { TextColumn = _options.TextColumn }).Select(row => row.Text)));
        using var journal = AnswerJournal.Open(_files.Answers);
        var keeping = new KeepingTeacher(teacher, journal);
        var kept = new List<SynthRow>();
        var rejected = new List<Rejection>();
        var failures = new SortedDictionary<int, string>();
        TeacherException? end = null;
        try
        {
            var most = _options.MostQuestions > 0 ? _options.MostQuestions : 3 * Questions(_options.Count);
            for (var first = 0; first < most && kept.Count < _options.Count && end is null;)
            {
                var round = new SynthQuestion[Math.Min(Math.Min(MostInRound, Questions(_options.Count - kept.Count)), most - first)];
                var answers = new TeacherAnswer?[round.Length];
                var refusals = new string?[round.Length];
                for (var i = 0; i < round.Length; i++)
                {
                    round[i] = plan.At(first + i);
                }

                try
                {
                    await QuestionRound.RunAsync(round.Length, teacher.Concurrency, AskAsync, (index, refusal) => refusals[index] = refusal.Message, cancellationToken).ConfigureAwait(false);
                }
                catch (TeacherException e)
                {
                    end = e;
                }
                finally
                {
                    NoteFailures(round, answers, refusals, failures);
                    Sift(round, answers, filter, kept, rejected, cancellationToken);
                }

                first += round.Length;

                async Task AskAsync(int index, CancellationToken token)
                {
                    var sampling = _options.Sampling with { Seed = unchecked(_options.Sampling.Seed + (uint)round[index].Number) };
                    var reply = await keeping.AskAsync(new TeacherRequest([new ChatMessage("user", round[index].Text)], sampling), token).ConfigureAwait(false);
                    answers[index] = reply.Answers[0];
                    progress?.Report(new TeacherProgress(Math.Min(kept.Count, _options.Count), _options.Count, rejected.Count, keeping.Usage.AnswerTokens));
                }
            }
        }
        finally
        {
            Write(kept, rejected);
        }

        var written = Math.Min(kept.Count, _options.Count);
        return end is null
            ? new SynthResult(
                _files.Output,
                rejected.Count > 0 ? _files.Rejected : null,
                written,
                _options.Count,
                kept.Take(written).CountBy(row => row.Label).ToDictionary(),
                rejected.CountBy(rejection => rejection.Reason).ToDictionary(),
                failures.Count,
                failures.Values.FirstOrDefault(),
                plan.Unseeded,
                keeping.Usage)
            : throw _files.Ended(end, $"{written} of {_options.Count} rows");
    }

    /// <summary>The texts of an answer; the last line of one that was cut off is not whole.</summary>
    private static IEnumerable<(string Text, string? Label)> Lines(TeacherAnswer? answer)
    {
        var text = answer is null ? null : ReasonedAnswer.Split(answer, markedLine: false)?.Answer;
        var lines = AnswerLines.Read(text ?? string.Empty);
        return answer?.End == AnswerEnd.Length ? lines.SkipLast(1) : lines;
    }

    private void NoteFailures(SynthQuestion[] round, TeacherAnswer?[] answers, string?[] refusals, SortedDictionary<int, string> failures)
    {
        for (var i = 0; i < round.Length; i++)
        {
            var failure = refusals[i] ?? (answers[i] is not { } answer || Lines(answer).Any() ? null
                : answer.End == AnswerEnd.Length ? $"the answer was cut off after {_options.Sampling.MaxTokens} tokens, within its first line" : "the answer holds no text");
            if (failure is not null)
            {
                failures.Add(round[i].Number, failure);
            }
        }
    }

    private int Questions(int rows) => (rows + _options.TextsPerQuestion - 1) / _options.TextsPerQuestion;

    private void Sift(SynthQuestion[] round, TeacherAnswer?[] answers, RowFilter filter, List<SynthRow> kept, List<Rejection> rejected, CancellationToken cancellationToken)
    {
        var passed = new List<SynthRow>();
        foreach (var (question, answer) in round.Zip(answers))
        {
            foreach (var (line, claimed) in Lines(answer))
            {
                var row = new SynthRow(line, question.Label, question.Kind, question.Number);
                if (filter.Take(row, claimed) is { } rejection)
                {
                    rejected.Add(rejection);
                }
                else
                {
                    passed.Add(row);
                }
            }
        }

        if (_judge is null || passed.Count == 0)
        {
            kept.AddRange(passed);
            return;
        }

        foreach (var (row, (label, confidence)) in passed.Zip(_judge.Judge([.. passed.Select(row => row.Text)], cancellationToken)))
        {
            if (label != row.Label && confidence >= _options.JudgeConfidence)
            {
                rejected.Add(new Rejection(row, RejectionReason.Judge, FormattableString.Invariant($"'{label}' with {confidence:P0}")));
            }
            else
            {
                kept.Add(row);
            }
        }
    }

    private void Write(List<SynthRow> kept, List<Rejection> rejected)
    {
        KeptFiles.WriteRows(_files.Output, kept.Take(_options.Count).Select(row => OutputRow.Write(json =>
        {
            json.WriteString("text", row.Text);
            json.WriteString("label", row.Label);
            json.WriteString("source", $"synth-{row.Kind.ToString().ToLowerInvariant()}");
        })));
        KeptFiles.WriteRowsOrNone(_files.Rejected, [.. rejected.Select(rejection => OutputRow.Write(json =>
        {
            json.WriteString("text", rejection.Row.Text);
            json.WriteString("label", rejection.Row.Label);
            json.WriteString("source", $"synth-{rejection.Row.Kind.ToString().ToLowerInvariant()}");
            json.WriteString("reason", System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(rejection.Reason.ToString()));
            json.WriteString("detail", rejection.Detail);
        }))]);
    }
}
