using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Templates;

namespace SlmEdge.Teachers.Distillation;

/// <summary>Asks for one row and makes of the answers what can be learned from.</summary>
internal sealed class RowDistiller(ITeacher teacher, DistillOptions options)
{
    private readonly PromptTemplate? _question = options.Classifies
        ? PromptTemplate.Load(options.Mode == DistillMode.Reasoning ? "classify-reasoning" : "classify", options.TemplateFolder)
        : options.Mode == DistillMode.Reasoning ? PromptTemplate.Load("reasoning", options.TemplateFolder) : null;

    private readonly AnswerComparison _comparison = new(teacher, PromptTemplate.Load("judge", options.TemplateFolder));

    public async Task<RowOutcome> RunAsync(PromptRow row, CancellationToken cancellationToken)
    {
        var outcome = RowOutcome.Failed("was not asked");
        for (var attempt = 0; attempt < options.Attempts && outcome.Failure is not null; attempt++)
        {
            // Seeds of one attempt follow each other, so another attempt begins behind all of them.
            var sampling = options.Sampling with { Seed = unchecked(options.Sampling.Seed + (uint)(attempt * options.Samples)) };
            var reply = await teacher.AskAsync(new TeacherRequest(Question(row), sampling, options.Samples), cancellationToken).ConfigureAwait(false);
            var answers = new List<ReasonedAnswer>();
            string? failure = null;
            foreach (var answer in reply.Answers)
            {
                var (usable, flaw) = Use(answer);
                failure ??= flaw;
                if (usable is not null)
                {
                    answers.Add(usable);
                }
            }

            outcome = answers.Count == 0
                ? RowOutcome.Failed(failure ?? "there was no answer")
                : options.Mode == DistillMode.Preferences
                    ? await PreferAsync(row, answers, cancellationToken).ConfigureAwait(false)
                    : Answer(row, answers);
        }

        return outcome;
    }

    private IReadOnlyList<ChatMessage> Question(PromptRow row)
    {
        if (row.Kind == PromptKind.Text)
        {
            return [new ChatMessage("user", _question!.Fill(("instruction", row.Instruction), ("labels", LabelList.Describe(options.Task!)), ("text", row.Input)))];
        }

        var question = row.Question;
        return _question is null
            ? question
            : [.. question.SkipLast(1), new ChatMessage("user", _question.Fill(("question", question[^1].Content)))];
    }

    private (ReasonedAnswer? Usable, string? Flaw) Use(TeacherAnswer answer)
    {
        if (answer.End != AnswerEnd.Complete)
        {
            return (null, answer.End == AnswerEnd.Length ? $"the answer was cut off after {options.Sampling.MaxTokens} tokens; raise --max-tokens" : "the endpoint's filter withheld the answer");
        }

        if (ReasonedAnswer.Split(answer, markedLine: options.Mode == DistillMode.Reasoning) is not { } parts)
        {
            return (null, $"the answer is not told apart from the reasoning ({Quote(answer.Text)})");
        }

        if (parts.Answer.Length == 0)
        {
            return (null, "the answer is empty");
        }

        if (!options.Classifies)
        {
            return (parts, null);
        }

        return LabelAnswer.Match(parts.Answer, options.Task!) is { } label
            ? (parts with { Answer = label }, null)
            : (null, $"the answer is none of the labels ({Quote(parts.Answer)})");
    }

    private RowOutcome Answer(PromptRow row, List<ReasonedAnswer> answers)
    {
        var keepReasoning = options.Mode == DistillMode.Reasoning;
        if (options.Samples == 1 || (!options.Vote && !options.Classifies))
        {
            return RowOutcome.Of([.. answers.DistinctBy(answer => answer.Answer, StringComparer.Ordinal).Select(answer => AnswerRow.Answer(row, answer, keepReasoning, null))]);
        }

        return Vote.Count(answers, options.Samples) switch
        {
            null => RowOutcome.Failed($"no answer has more votes than any other ({string.Join(", ", answers.Take(4).Select(answer => Quote(answer.Answer)))})"),
            var vote when vote.Agreement < options.MinAgreement => RowOutcome.Failed(FormattableString.Invariant($"only {vote.Agreement:P0} of the answers agree on {Quote(vote.Winner.Answer)}")),
            var vote => RowOutcome.Of(AnswerRow.Answer(row, vote.Winner, keepReasoning, vote.Agreement)),
        };
    }

    private async Task<RowOutcome> PreferAsync(PromptRow row, List<ReasonedAnswer> answers, CancellationToken cancellationToken)
    {
        var texts = answers.Select(answer => answer.Answer).DistinctBy(TrainTestOverlap.Fold, StringComparer.Ordinal).ToArray();
        string? chosen = null, rejected = null;
        var best = texts[0];
        foreach (var challenger in texts.Skip(1))
        {
            switch (await _comparison.CompareAsync(row.Question, best, challenger, cancellationToken).ConfigureAwait(false))
            {
                case < 0:
                    (chosen, rejected) = (best, challenger);
                    break;
                case > 0:
                    (chosen, rejected) = (challenger, best);
                    best = challenger;
                    break;
                default:
                    break;
            }
        }

        return chosen is null || rejected is null
            ? RowOutcome.Failed(texts.Length == 1 ? "all answers are the same" : "the teacher prefers none of the answers in both orders")
            : RowOutcome.Of(AnswerRow.Preference(row, chosen, rejected));
    }

    private static string Quote(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 80 ? $"'{line}'" : $"'{line[..80]}…'";
    }
}
