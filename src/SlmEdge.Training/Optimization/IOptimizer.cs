using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>Turns gradients into updates of the parameters it was made for.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>Updates made so far.</summary>
    long Steps { get; }

    /// <summary>One update with the gradients at hand, which are then dropped.</summary>
    void Step(double learningRate);

    /// <summary>State tensors by name, for a checkpoint.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State();

    /// <summary>Continues from a checkpoint whose tensors have already been copied into <see cref="State"/>.</summary>
    void RestoreSteps(long steps);
}
