using System.Globalization;
using System.Text.Json;
using SlmEdge.Training.Evaluation;
using SlmEdge.Training.Runs;

namespace SlmEdge.Train.Display;

/// <summary>Scores on rows with several labels, as a table or as JSON.</summary>
internal static class SeveralLabelsDisplay
{
    public static void Print(SeveralLabelsResult result, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, RunRecord.Json));
            return;
        }

        LabelTable.Print(result.Labels);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"micro-F1 {result.MicroF1:F4}, macro-F1 {result.MacroF1:F4}, exactly right {result.SubsetAccuracy:P2}, labels from {result.LabelThreshold:F3} on, {result.Rows:N0} rows, {result.TextsPerSecond:N0} texts/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"95 % intervals: micro-F1 {result.MicroF1Interval.Low:F4} to {result.MicroF1Interval.High:F4}, exactly right {result.SubsetAccuracyInterval.Low:P2} to {result.SubsetAccuracyInterval.High:P2}"));
        if (result.Baseline is { } baseline)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"TF-IDF + logistic regression: micro-F1 {baseline.MicroF1:F4}, macro-F1 {baseline.MacroF1:F4}, exactly right {baseline.SubsetAccuracy:P2}"));
        }

        WritingDisplay.PrintForgetting(result.Forgetting);
    }
}
