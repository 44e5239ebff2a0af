namespace SlmEdge.Training.FineTuning;

/// <summary>One training example: a sequence, and the token to predict at each of some of its positions.</summary>
/// <param name="Tokens">The sequence, without a last token that nothing follows.</param>
/// <param name="Positions">Positions in <paramref name="Tokens"/> at which a token is predicted, ascending.</param>
/// <param name="Targets">The token to predict at each of <paramref name="Positions"/>.</param>
/// <param name="Text">Where the user's text stands in <paramref name="Tokens"/>; no supervised position lies before its end. Empty where nothing may be left out.</param>
/// <param name="Label">Index of the label, for classification; otherwise −1.</param>
/// <param name="File">Where the example came from.</param>
/// <param name="Row">Row in that file, from 1.</param>
internal sealed record SupervisedExample(int[] Tokens, int[] Positions, int[] Targets, Range Text, int Label, string File, long Row)
{
    /// <summary>A prompt and the answer behind it; all of the answer is supervised.</summary>
    public static SupervisedExample OfAnswer(ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer, Range text, int label, string file, long row)
    {
        var first = prompt.Length - 1;
        return new([.. prompt, .. answer[..^1]], [.. Enumerable.Range(first, answer.Length)], answer.ToArray(), text, label, file, row);
    }

    /// <summary>A whole sequence in which the marked tokens are to be learned.</summary>
    /// <param name="tokens">The sequence.</param>
    /// <param name="supervised">For each token whether it is to be predicted from those before it; the first never is.</param>
    /// <param name="file">Where the example came from.</param>
    /// <param name="row">Row in that file, from 1.</param>
    public static SupervisedExample OfMask(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> supervised, string file, long row)
    {
        var positions = new List<int>();
        for (var i = 1; i < tokens.Length; i++)
        {
            if (supervised[i])
            {
                positions.Add(i - 1);
            }
        }

        var kept = positions.Count == 0 ? 0 : positions[^1] + 1;
        var targets = new int[positions.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = tokens[positions[i] + 1];
        }

        return new(tokens[..kept].ToArray(), [.. positions], targets, ..0, -1, file, row);
    }

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
        var removed = start + length - end;
        kept.AddRange(Tokens.AsSpan(start + length));
        return this with { Tokens = [.. kept], Positions = [.. Positions.Select(p => p - removed)], Text = start..end };
    }
}
