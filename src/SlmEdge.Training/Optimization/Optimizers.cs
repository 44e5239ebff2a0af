using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>Makes the optimiser that a run asks for.</summary>
internal static class Optimizers
{
    /// <param name="kind">Which.</param>
    /// <param name="parameters">Parameters by name.</param>
    /// <param name="decay">Weight decay of the matrices.</param>
    /// <param name="loraPlusRatio">Learning rate of the adapters' B factors over that of everything else.</param>
    /// <param name="beta2">Memory of the squares, of AdamW.</param>
    /// <param name="stateDevice">Where state lies between steps; null is beside the parameters.</param>
    public static IOptimizer Create(
        OptimizerKind kind,
        IReadOnlyList<KeyValuePair<string, Tensor>> parameters,
        double decay,
        double loraPlusRatio = 1,
        double beta2 = 0.999,
        Device? stateDevice = null) => kind switch
    {
        OptimizerKind.Muon => new Muon(parameters, decay, stateDevice),
        OptimizerKind.AdamW8Bit => new AdamW8Bit(parameters, 0.9, beta2, decay, loraPlusRatio: loraPlusRatio, stateDevice: stateDevice),
        _ => new AdamW(parameters, 0.9, beta2, decay, loraPlusRatio: loraPlusRatio, stateDevice: stateDevice),
    };
}
