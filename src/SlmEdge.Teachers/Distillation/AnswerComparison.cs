using SlmEdge.Tasks.Data;
using SlmEdge.Teachers.Templates;

namespace SlmEdge.Teachers.Distillation;

/// <summary>
/// Lets the teacher compare two answers, in both orders: models favour a place (Zheng et al. 2023, arXiv 2306.05685), so only a verdict that
/// survives the exchange counts.
/// </summary>
internal sealed class AnswerComparison(ITeacher teacher, PromptTemplate template)
{
    // A verdict is one digit; whoever reasons first needs room for it.
    private const int VerdictTokens = 1024;

    /// <summary>-1 when the first is better, 1 when the second is, 0 when the teacher cannot tell.</summary>
    public async Task<int> CompareAsync(IReadOnlyList<ChatMessage> question, string first, string second, CancellationToken cancellationToken)
    {
        var forward = await VerdictAsync(question, first, second, cancellationToken).ConfigureAwait(false);
        if (forward == 0)
        {
            return 0;
        }

        var backward = await VerdictAsync(question, second, first, cancellationToken).ConfigureAwait(false);
        return forward == -backward ? forward : 0;
    }

    private async Task<int> VerdictAsync(IReadOnlyList<ChatMessage> question, string first, string second, CancellationToken cancellationToken)
    {
        var text = question.Count == 1 ? question[0].Content : string.Join("\n\n", question.Select(turn => $"[{turn.Role}] {turn.Content}"));
        var request = new TeacherRequest(
            [new ChatMessage("user", template.Fill(("question", text), ("first", first), ("second", second)))],
            new SamplingSettings { Temperature = 0, MaxTokens = VerdictTokens });
        var reply = await teacher.AskAsync(request, cancellationToken).ConfigureAwait(false);
        return ReasonedAnswer.Split(reply.Answers[0], markedLine: false)?.Answer.TrimStart('*', '"', ' ').FirstOrDefault() switch
        {
            '1' => -1,
            '2' => 1,
            _ => 0,
        };
    }
}
