using SlmEdge.Engines.OnnxRuntime.Evaluation;

namespace SlmEdge.Engines.OnnxRuntime.Sequences;

/// <summary>Keys and values of an evaluation, held by the sequences that go on from them. They are never changed, so a copy is one more holder.</summary>
internal sealed class SharedStep(OnnxStep step)
{
    internal OnnxStep Step { get; } = step;

    /// <summary>Sequences that go on from it.</summary>
    internal int Holders { get; set; }
}
