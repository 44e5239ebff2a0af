namespace SlmEdge.Tasks.Baselines;

/// <summary>Always answers with the most frequent label of its training data: the score below which nothing has been learned.</summary>
public sealed class MajorityBaseline
{
    private readonly int _label;

    private MajorityBaseline(int label) => _label = label;

    /// <summary>Counts the labels; the lowest index wins a tie.</summary>
    /// <param name="labelIndices">The label of each training example.</param>
    /// <param name="labelCount">Number of labels.</param>
    public static MajorityBaseline Train(ReadOnlySpan<int> labelIndices, int labelCount)
    {
        if (labelIndices.IsEmpty)
        {
            throw new ArgumentException("there are no training examples", nameof(labelIndices));
        }

        var counts = new int[labelCount];
        foreach (int label in labelIndices)
        {
            counts[label]++;
        }

        return new MajorityBaseline(System.Numerics.Tensors.TensorPrimitives.IndexOfMax<int>(counts));
    }

    /// <summary>The most frequent label, whatever the text.</summary>
    public int Predict(string text) => _label;
}
