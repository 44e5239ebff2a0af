using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Datasets.Agreement;

namespace SlmEdge.Datasets.Tests.Agreement;

public sealed class KappaTests
{
    // The worked example of Wikipedia's article on Fleiss' kappa: 10 items, 14 raters, 5 labels; 0.378, 0.213 and 0.210 are given there.
    private static readonly int[][] Worked =
    [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ];

    [Fact]
    public void Fleiss_kappa_of_the_worked_example_is_as_published() => FleissKappa.Compute(Worked).ShouldBe(0.210, 0.0005);

    [Fact]
    public void With_two_labels_each_has_the_kappa_of_both()
    {
        int[][] counts = [[3, 1], [0, 4], [2, 2], [4, 0], [1, 3]];
        FleissKappa.OfLabel(counts, 0).ShouldBe(FleissKappa.Compute(counts), 1e-12);
        FleissKappa.OfLabel(counts, 1).ShouldBe(FleissKappa.Compute(counts), 1e-12);
    }

    [Fact]
    public void Kappa_over_all_labels_is_the_weighted_mean_of_theirs()
    {
        // Fleiss 1971, equation 16: weights are p(1 − p).
        double[] shares = [.. Enumerable.Range(0, 5).Select(label => Worked.Sum(item => item[label]) / 140.0)];
        (shares.Select((p, label) => p * (1 - p) * FleissKappa.OfLabel(Worked, label)).Sum() / shares.Sum(p => p * (1 - p))).ShouldBe(FleissKappa.Compute(Worked), 1e-12);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 0 }, new[] { 0, 1, 0 }, 1.0)]
    [InlineData(new[] { 0, 0, 0 }, new[] { 0, 0, 0 }, double.NaN)]
    [InlineData(new[] { 0, 0, 1, 1 }, new[] { 0, 1, 0, 1 }, 0.0)]
    public void Cohens_kappa_of_plain_cases(int[] first, int[] second, double expected) => CohenKappa.Compute(first, second, 2).ShouldBe(expected);

    [SkippableTheory]
    [InlineData(KappaWeights.None, "None")]
    [InlineData(KappaWeights.Linear, "'linear'")]
    [InlineData(KappaWeights.Quadratic, "'quadratic'")]
    public void Cohens_kappa_is_that_of_scikit_learn(KappaWeights weights, string theirs)
    {
        var random = new Random(5);
        int[][] first = [.. Enumerable.Range(0, 20).Select(_ => Draw(random, 60))];
        int[][] second = [.. first.Select(labels => labels.Select(label => random.Next(3) == 0 ? random.Next(5) : label).ToArray())];
        string script = $"""
            import json
            from sklearn.metrics import cohen_kappa_score as kappa
            print(json.dumps([kappa(a, b, labels=[0, 1, 2, 3, 4], weights={theirs}) for a, b in zip({JsonSerializer.Serialize(first)}, {JsonSerializer.Serialize(second)})]))
            """;
        double[] expected = JsonSerializer.Deserialize<double[]>(Python(script))!;
        for (int i = 0; i < expected.Length; i++)
        {
            CohenKappa.Compute(first[i], second[i], 5, weights).ShouldBe(expected[i], 1e-12);
        }
    }

    private static int[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(5))];

    private static string Python(string script)
    {
        // Debian's packages belong to Debian's own interpreter, which need not be the first on the PATH.
        foreach (string python in new[] { "/usr/bin/python3", "python3" })
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(python, ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                Task<string> errors = process.StandardError.ReadToEndAsync();
                string output = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return output;
                }

                if (!errors.Result.Contains("No module named 'sklearn'", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException(errors.Result);
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such interpreter.
            }
        }

        throw new SkipException("no Python with scikit-learn here (Debian: apt-get install python3-sklearn)");
    }
}
