using SlmEdge.Training.FineTuning;

namespace SlmEdge.Training.Preference;

/// <summary>A prompt and one answer to it.</summary>
/// <param name="Example">The sequence; predicted are the answer's tokens and, where the whole row is learned too (ORPO's chosen), all others.</param>
/// <param name="Answer">Which of the example's predicted tokens are the answer's.</param>
internal sealed record PreferenceAnswer(SupervisedExample Example, Range Answer)
{
    /// <summary>Number of tokens of the answer.</summary>
    public int Tokens => Answer.End.Value - Answer.Start.Value;

    /// <summary>An answer whose tokens are marked; the last run of marked tokens is the answer, earlier ones are turns of the prompt.</summary>
    /// <param name="tokens">Prompt and answer.</param>
    /// <param name="supervised">For each token whether the assistant says it.</param>
    /// <param name="wholeRow">Whether all tokens are predicted.</param>
    /// <param name="file">Where the row came from.</param>
    /// <param name="row">Row in that file.</param>
    public static PreferenceAnswer? Create(int[] tokens, bool[] supervised, bool wholeRow, string file, long row)
    {
        var end = Array.LastIndexOf(supervised, true) + 1;
        if (end == 0)
        {
            return null;
        }

        var start = end;
        while (start > 1 && supervised[start - 1])
        {
            start--;
        }

        var mask = new bool[tokens.Length];
        Array.Fill(mask, true, wholeRow ? 1 : start, wholeRow ? tokens.Length - 1 : end - start);
        var first = wholeRow ? start - 1 : 0;
        return new PreferenceAnswer(SupervisedExample.OfMask(tokens, mask, file, row), first..(first + end - start));
    }
}
