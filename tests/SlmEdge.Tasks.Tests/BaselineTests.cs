using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Tasks.Tests;

public sealed class BaselineTests
{
    [Fact]
    public void The_majority_baseline_answers_with_the_most_frequent_label()
    {
        MajorityBaseline.Train([2, 0, 2, 1], 3).Predict("anything").ShouldBe(2);
        MajorityBaseline.Train([1, 0], 3).Predict("anything").ShouldBe(0);
        Should.Throw<ArgumentException>(() => MajorityBaseline.Train([], 2));
    }

    [Fact]
    public void N_grams_are_those_of_the_definition()
    {
        Words("Hose-clamp a LEAKING!").ShouldBe(["hose", "clamp", "hose clamp", "leaking", "clamp leaking"]);
        Characters("ab  C", true).ShouldBe([" a", "ab", "b ", " ab", "ab ", " ab ", " c", "c ", " c "]);
        Characters("a \t b", false).ShouldBe(["a ", " b", "a b"]);
    }

    [Fact]
    public void Weights_follow_the_formula_and_each_part_has_length_one()
    {
        TfIdfVectorizer vectorizer = TfIdfVectorizer.Fit(["aa bb", "aa aa"], new TfIdfOptions());
        (int[] columns, float[] values) = vectorizer.Transform("aa aa bb");

        // The words of the first document come first: aa (0), bb (1), "aa bb" (2), "aa aa" (3).
        double rare = Math.Log(3.0 / 2) + 1;
        double[] expected = [2, rare, rare, rare];
        double length = Math.Sqrt(expected.Sum(value => value * value));
        for (int feature = 0; feature < 4; feature++)
        {
            values[Array.IndexOf(columns, feature)].ShouldBe((float)(expected[feature] / length), 1e-6f);
        }

        values.Where((_, i) => columns[i] >= 4).Sum(value => value * value).ShouldBe(1, 1e-5f);
        vectorizer.Transform("zz").Columns.ShouldBeEmpty();
    }

    [Fact]
    public void The_gradient_agrees_with_finite_differences()
    {
        var random = new Random(7);
        (int[], float[])[] rows = [.. Enumerable.Range(0, 6).Select(_ => (new[] { 0, 2, 4 }, new[] { random.NextSingle(), random.NextSingle(), random.NextSingle() }))];
        var objective = new SoftmaxObjective(SparseRows.From(rows, 5), [0, 1, 2, 0, 1, 1], 3, c: 0.5);
        float[] point = [.. Enumerable.Range(0, objective.ParameterCount).Select(_ => random.NextSingle() - 0.5f)];
        var gradient = new float[point.Length];
        var scratch = new float[point.Length];
        objective.Evaluate(point, gradient);
        for (int i = 0; i < point.Length; i++)
        {
            const float Step = 1e-2f;
            float original = point[i];
            point[i] = original + Step;
            double up = objective.Evaluate(point, scratch);
            point[i] = original - Step;
            double down = objective.Evaluate(point, scratch);
            point[i] = original;
            gradient[i].ShouldBe((float)((up - down) / (2 * Step)), 1e-4f, $"parameter {i}");
        }
    }

    [Fact]
    public void L_BFGS_finds_the_minimum_of_Rosenbrocks_function()
    {
        float[] point = [-1.2f, 1];
        (int iterations, double value) = LimitedMemoryBfgs.Minimise(
            (x, g) =>
            {
                double a = 1 - x[0];
                double b = x[1] - ((double)x[0] * x[0]);
                g[0] = (float)((-2 * a) - (400 * x[0] * b));
                g[1] = (float)(200 * b);
                return (a * a) + (100 * b * b);
            },
            point,
            200,
            1e-4);

        point[0].ShouldBe(1, 1e-3f);
        point[1].ShouldBe(1, 1e-3f);
        value.ShouldBeLessThan(1e-6);
        iterations.ShouldBeLessThan(100);
    }

    [Fact]
    public void Logistic_regression_learns_a_small_set_and_gives_probabilities()
    {
        string[] texts = ["pump leaks oil", "oil leak at pump", "engine will not start", "engine stalls", "pump seal leaking", "no start engine dead"];
        TfIdfLogisticRegression model = TfIdfLogisticRegression.Train(texts, [0, 0, 1, 1, 0, 1], 2);

        model.Predict("leaking pump").ShouldBe(0);
        model.Predict("the engine does not start").ShouldBe(1);
        model.Score("leaking pump").Sum(score => Math.Exp(score)).ShouldBe(1, 1e-5);
        model.Score("").Length.ShouldBe(2);
    }

    [Fact]
    public void Training_that_makes_no_sense_is_refused()
    {
        Should.Throw<ArgumentException>(() => TfIdfLogisticRegression.Train([], [], 2));
        Should.Throw<ArgumentException>(() => TfIdfLogisticRegression.Train(["a"], [2], 2));
        Should.Throw<ArgumentException>(() => TfIdfLogisticRegression.Train(["a", "b"], [0], 2));
    }

    [SkippableTheory]
    [InlineData("data/work-orders/system", "jsonl", "label", 0.929, 0.767)]
    [InlineData("data/work-orders/action", "jsonl", "label", 0.980, 0.820)]
    public void The_reference_scores_of_the_work_orders_are_reached(string stem, string extension, string column, double accuracy, double macroF1) =>
        Reaches($"{stem}.train.{extension}", $"{stem}.test.{extension}", column, accuracy, macroF1);

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void The_reference_scores_of_banking77_are_reached() =>
        Reaches("data/banking77/train.csv", "data/banking77/test.csv", "category", 0.914, null);

    private static void Reaches(string trainFile, string testFile, string column, double accuracy, double? macroF1)
    {
        var options = new ReaderOptions { LabelColumn = column };
        string trainPath = SharedData.Locate(trainFile);
        TaskDefinition task = TaskTemplate.FromFile(trainPath, options).Task;
        IReadOnlyList<LabelledText> train = LabelledTextReader.Read(trainPath, task, options);
        IReadOnlyList<LabelledText> test = LabelledTextReader.Read(SharedData.Locate(testFile), task, options);

        TfIdfLogisticRegression model = TfIdfLogisticRegression.Train([.. train.Select(row => row.Text)], [.. train.Select(row => task.IndexOf(row.Label))], task.Labels.Count);
        ClassificationReport report = ClassificationReport.Compute(
            test.Select(row => task.IndexOf(row.Label)).ToArray(), test.Select(row => model.Predict(row.Text)).ToArray(), [.. task.Labels.Select(label => label.Name)]);

        report.Accuracy.ShouldBe(accuracy, 0.002);
        if (macroF1 is { } expected)
        {
            report.MacroF1.ShouldBe(expected, 0.005);
        }
    }

    private static List<string> Words(string text)
    {
        var found = new List<string>();
        NgramExtractor.Words(text, ngram => found.Add(ngram.ToString()));
        return found;
    }

    private static List<string> Characters(string text, bool withinWords)
    {
        var found = new List<string>();
        NgramExtractor.Characters(text, withinWords, ngram => found.Add(ngram.ToString()));
        return found;
    }
}
