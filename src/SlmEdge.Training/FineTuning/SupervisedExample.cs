namespace SlmEdge.Training.FineTuning;

/// <summary>One training example: a sequence whose last tokens are the answer. Only they are supervised.</summary>
/// <param name="Tokens">Prompt and answer without the answer's last token (nothing follows it).</param>
/// <param name="Answer">Answer tokens; the first is predicted at the prompt's last position.</param>
/// <param name="Label">Index of the label, for classification; otherwise −1.</param>
/// <param name="File">Where the example came from.</param>
/// <param name="Row">Row in that file, from 1.</param>
internal sealed record SupervisedExample(int[] Tokens, int[] Answer, int Label, string File, long Row)
{
    /// <summary>Position that predicts the first answer token.</summary>
    public int AnswerStart => Tokens.Length - Answer.Length;

    /// <summary>Joins prompt and answer.</summary>
    public static SupervisedExample Create(ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer, int label, string file, long row) =>
        new([.. prompt, .. answer[..^1]], answer.ToArray(), label, file, row);
}
