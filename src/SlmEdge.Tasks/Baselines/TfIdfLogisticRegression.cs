using System.Numerics.Tensors;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Tasks.Baselines;

/// <summary>
/// The classical text classifier: TF-IDF of word 1-2-grams and character 2-4-grams, multinomial logistic regression with an L2 penalty.
/// A language model that does not beat it has not earned its cost. Safe to use from several threads once trained.
/// </summary>
public sealed class TfIdfLogisticRegression
{
    private readonly TfIdfVectorizer _vectorizer;
    private readonly float[] _parameters;

    private TfIdfLogisticRegression(TfIdfVectorizer vectorizer, float[] parameters, int labelCount, int iterations)
    {
        _vectorizer = vectorizer;
        _parameters = parameters;
        LabelCount = labelCount;
        Iterations = iterations;
    }

    /// <summary>Number of labels.</summary>
    public int LabelCount { get; }

    /// <summary>Number of n-grams that count.</summary>
    public int FeatureCount => _vectorizer.FeatureCount;

    /// <summary>Iterations the optimiser took.</summary>
    public int Iterations { get; }

    /// <summary>Size of the weights, in bytes.</summary>
    public long WeightBytes => _parameters.LongLength * sizeof(float);

    /// <summary>Trains on labelled texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="labelIndices">The label of each text.</param>
    /// <param name="labelCount">Number of labels.</param>
    /// <param name="options">Settings; <see langword="null"/> for those of the reference scores.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="ArgumentException">There are no texts, the lengths differ, or an index is no label.</exception>
    public static TfIdfLogisticRegression Train(
        IReadOnlyList<string> texts, IReadOnlyList<int> labelIndices, int labelCount, TfIdfOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labelIndices);
        if (texts.Count == 0 || texts.Count != labelIndices.Count)
        {
            throw new ArgumentException($"{texts.Count} texts and {labelIndices.Count} labels cannot be trained on", nameof(texts));
        }

        if (labelIndices.Any(label => (uint)label >= (uint)labelCount))
        {
            throw new ArgumentException($"a label index is not one of {labelCount}", nameof(labelIndices));
        }

        options ??= new TfIdfOptions();
        TfIdfVectorizer vectorizer = TfIdfVectorizer.Fit(texts, options);
        SparseRows rows = SparseRows.From([.. texts.Select(vectorizer.Transform)], vectorizer.FeatureCount);
        var objective = new SoftmaxObjective(rows, [.. labelIndices], labelCount, options.C);
        var parameters = new float[objective.ParameterCount];
        (int iterations, _) = LimitedMemoryBfgs.Minimise(objective.Evaluate, parameters, options.MaxIterations, options.GradientTolerance, cancellation);
        return new TfIdfLogisticRegression(vectorizer, parameters, labelCount, iterations);
    }

    /// <summary>The most probable label.</summary>
    public int Predict(string text) => TensorPrimitives.IndexOfMax<float>(Score(text));

    /// <summary>Log-probabilities of the labels, normalised.</summary>
    public float[] Score(string text)
    {
        var scores = new float[LabelCount];
        SparseRows row = SparseRows.From([_vectorizer.Transform(text)], _vectorizer.FeatureCount);
        SoftmaxObjective.Scores(row, 0, _parameters, LabelCount, scores);
        LabelScores.Normalise(scores);
        return scores;
    }
}
