using System.Globalization;
using SlmEdge.Bundles.Drift;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Export.Tests.Drift;

/// <summary>
/// The held-out questions of banking77 and work orders of another trade, decided by a real classifier that was trained on other questions, with the tokens of edge-nano:
/// 77 labels, and a classifier that is right four times of five.
/// </summary>
internal sealed class DecidedTexts
{
    private static readonly Lazy<DecidedTexts> Shared = new(() => new DecidedTexts());

    private readonly Dictionary<(int Seed, int Rows), DriftReference> references = [];

    private DecidedTexts()
    {
        var columns = new ReaderOptions { LabelColumn = "category" };
        LabelledText[] train = [.. LabelledTextReader.Read(Tests.SharedData.Require("data/banking77/train.csv"), columns).Where((_, row) => row % 4 == 0)];
        IReadOnlyList<LabelledText> test = LabelledTextReader.Read(Tests.SharedData.Require("data/banking77/test.csv"), columns);
        string[] labels = [.. test.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        LabelCount = labels.Length;
        var classifier = TfIdfLogisticRegression.Train([.. train.Select(row => row.Text)], [.. train.Select(row => Array.IndexOf(labels, row.Label))], LabelCount);
        float[] scores = [.. test.SelectMany(row => classifier.Score(row.Text))];
        True = [.. test.Select(row => Array.IndexOf(labels, row.Label))];
        double temperature = Calibration.FitTemperature(scores, True, LabelCount);
        using BaseTokenizer tokenizer = BaseTokenizer.Open(Repository.EdgeNano);
        UnknownTokens = [.. DriftRows.UnknownTokens(tokenizer)];
        Rows = [.. test.Select((row, i) => Decide(row.Text, True[i]))];
        OtherRows = [.. LabelledTextReader.Read(Tests.SharedData.Require("data/work-orders/system.test.jsonl")).Select(row => Decide(row.Text, -1))];

        DriftRow Decide(string text, int right)
        {
            float[] own = classifier.Score(text);
            LabelScores.ApplyTemperature(own, temperature);
            int label = LabelScores.Best(own);
            return new DriftRow(label, Math.Exp(own[label]), label == right, tokenizer.Encode(text)) { Scores = DriftScore.Best(own) };
        }
    }

    public int LabelCount { get; }

    /// <summary>The questions.</summary>
    public DriftRow[] Rows { get; }

    /// <summary>What each question is about in truth.</summary>
    public int[] True { get; }

    /// <summary>Work orders, of which the classifier knows nothing.</summary>
    public DriftRow[] OtherRows { get; }

    public int[] UnknownTokens { get; }

    public static DecidedTexts Load() => Shared.Value;

    /// <summary>A reference of a thousand of the questions, as many as a run on this set holds out, or of fewer, chosen by chance.</summary>
    public DriftReference Reference(int seed, int rows = 1000)
    {
        if (!references.TryGetValue((seed, rows), out DriftReference? reference))
        {
            DriftRow[] drawn = [.. Rows];
            new Random(seed).Shuffle(drawn);
            reference = DriftReferenceBuilder.Create(drawn[..rows], LabelCount, UnknownTokens, new DriftOptions { Simulations = 400, Seed = seed });
            references.Add((seed, rows), reference);
        }

        return reference;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Rows.Length} texts, {LabelCount} labels, accuracy {Rows.Count(row => row.IsRight) / (double)Rows.Length:P1}, {UnknownTokens.Length} unknown tokens");
}
