using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Export.Bundling;

/// <summary>What the shipped model decided on the validation rows, as a device will compare its own texts with it.</summary>
internal static class DriftRows
{
    private static readonly string[] UnknownNames = ["<unk>", "[UNK]", "<|unk|>"];

    /// <summary>Makes the reference.</summary>
    /// <param name="result">The shipped file on the validation rows, with its tokens.</param>
    /// <param name="valid">The rows.</param>
    /// <param name="calibration">What makes the confidences mean what they say.</param>
    /// <param name="ct">Stops the search for the thresholds.</param>
    /// <returns>The reference; <see langword="null"/> where there are too few rows.</returns>
    public static DriftReference? Reference(StageResult result, EvaluationSet valid, BundleCalibration calibration, CancellationToken ct)
    {
        int rows = result.Predicted.Length;
        if (rows < DriftReference.MinRows || result.Tokens is not { } tokens)
        {
            return null;
        }

        int labels = result.LogProbs.Length / rows;
        var decided = new DriftRow[rows];
        for (int row = 0; row < rows; row++)
        {
            float[] scores = result.LogProbs[(row * labels)..((row + 1) * labels)];
            LabelScores.ApplyTemperature(scores, calibration.Temperature);
            int label = result.Predicted[row];
            decided[row] = new DriftRow(label, Math.Exp(scores[label]), label == valid.Labels[row], tokens[row]) { Scores = DriftScore.Best(scores) };
        }

        return DriftReferenceBuilder.Create(decided, labels, result.UnknownTokens, ct: ct);
    }

    /// <summary>Makes the reference of texts with several labels each: of the texts alone.</summary>
    /// <returns>The reference; <see langword="null"/> where there are too few rows.</returns>
    public static DriftReference? Reference(StageResult result, CancellationToken ct) => result.Tokens is { } tokens && tokens.Count >= DriftReference.MinRows
        ? DriftReferenceBuilder.Create([.. tokens.Select(row => new DriftAnswer(row))], result.UnknownTokens, ct: ct)
        : null;

    /// <summary>Tokens that stand for no known character: the unknown token, and those that are bytes or parts of a character, of which texts in a script that the vocabulary lacks consist.</summary>
    public static IEnumerable<int> UnknownTokens(ITokenizer tokenizer) =>
        Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.GetTokenText(id) is var text && (text.Contains('\uFFFD') || UnknownNames.Contains(text)));
}
