namespace SlmEdge.Training.FineTuning;

/// <summary>One training example: a sequence whose last tokens are the answer. Only they are supervised.</summary>
/// <param name="Tokens">Prompt and answer without the answer's last token (nothing follows it).</param>
/// <param name="Answer">Answer tokens; the first is predicted at the prompt's last position.</param>
/// <param name="Text">Where the user's text stands in <paramref name="Tokens"/>, between prefix and answer cue.</param>
/// <param name="Label">Index of the label, for classification; otherwise −1.</param>
/// <param name="File">Where the example came from.</param>
/// <param name="Row">Row in that file, from 1.</param>
internal sealed record SupervisedExample(int[] Tokens, int[] Answer, Range Text, int Label, string File, long Row)
{
    /// <summary>Position that predicts the first answer token.</summary>
    public int AnswerStart => Tokens.Length - Answer.Length;

    /// <summary>Joins prompt and answer.</summary>
    public static SupervisedExample Create(ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer, Range text, int label, string file, long row) =>
        new([.. prompt, .. answer[..^1]], answer.ToArray(), text, label, file, row);

    /// <summary>
    /// The example with each token of its text left out with the given probability, but never all of them. Seeing ever different parts of a
    /// row keeps a model from learning a small training set by heart.
    /// </summary>
    public SupervisedExample WithTokenDropout(double probability, Random random)
    {
        var (start, length) = Text.GetOffsetAndLength(Tokens.Length);
        var kept = new List<int>(Tokens.Length);
        kept.AddRange(Tokens.AsSpan(0, start));
        for (var i = start; i < start + length; i++)
        {
            if (random.NextDouble() >= probability)
            {
                kept.Add(Tokens[i]);
            }
        }

        if (kept.Count == start)
        {
            return this;
        }

        var end = kept.Count;
        kept.AddRange(Tokens.AsSpan(start + length));
        return this with { Tokens = [.. kept], Text = start..end };
    }
}
