using SlmEdge.Training.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Optimization;

/// <summary>
/// Muon (Jordan et al. 2024): the momentum of each projection matrix is replaced by the nearest orthogonal matrix, found by Newton–Schulz
/// iterations, so that every direction of the matrix moves at the same speed. Steps are scaled by <c>0.2 · sqrt(longer side)</c>
/// (Liu et al. 2025, "Muon is Scalable for LLM Training", arXiv 2502.16982), which gives them the size of AdamW's, so one learning rate
/// serves both. Embeddings, head and norms are left to AdamW.
/// </summary>
internal sealed class Muon : IOptimizer
{
    private const double Momentum = 0.95;
    private const int Iterations = 5;

    // Coefficients of the quintic x·(a + b·x² + c·x⁴), which drives every singular value towards 1.
    private const double A = 3.4445;
    private const double B = -4.7750;
    private const double C = 2.0315;

    private readonly KeyValuePair<string, Tensor>[] _matrices;
    private readonly Tensor[] _momenta;
    private readonly AdamW _others;
    private readonly double _decay;

    /// <param name="parameters">Parameters by name.</param>
    /// <param name="decay">Weight decay of the matrices.</param>
    /// <param name="stateDevice">Where the averages lie between steps; null is beside each parameter.</param>
    public Muon(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double decay, Device? stateDevice = null)
    {
        _matrices = [.. parameters.Where(IsProjection)];
        _momenta = [.. _matrices.Select(m => OffloadedState.Zeros(m.Value, stateDevice))];
        _others = new AdamW([.. parameters.Where(p => !IsProjection(p))], 0.9, 0.95, decay, stateDevice: stateDevice);
        _decay = decay;
    }

    /// <inheritdoc/>
    public long Steps => _others.Steps;

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var guard = no_grad();
        for (var i = 0; i < _matrices.Length; i++)
        {
            using var scope = NewDisposeScope();
            var parameter = _matrices[i].Value;
            if (parameter.grad is not { } gradient)
            {
                continue;
            }

            using var momentum = OffloadedState.Fetch(_momenta[i], parameter.device);
            momentum.Value.mul_(Momentum).add_(gradient, alpha: 1 - Momentum);
            var ahead = (momentum.Value * Momentum).add_(gradient, alpha: 1 - Momentum);
            var scale = 0.2 * Math.Sqrt(Math.Max(parameter.shape[0], parameter.shape[1]));
            parameter.mul_(1 - (learningRate * _decay)).add_(Orthogonalize(ahead), alpha: -learningRate * scale);
            parameter.grad = null;
        }

        _others.Step(learningRate);
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        _matrices.Select((m, i) => KeyValuePair.Create("optimizer.momentum." + m.Key, _momenta[i])).Concat(_others.State());

    /// <inheritdoc/>
    public void RestoreSteps(long steps) => _others.RestoreSteps(steps);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var momentum in _momenta)
        {
            momentum.Dispose();
        }

        _others.Dispose();
    }

    /// <summary>The matrix with all singular values near 1; works on the transposed matrix where that has the shorter products.</summary>
    internal static Tensor Orthogonalize(Tensor matrix)
    {
        var tall = matrix.shape[0] > matrix.shape[1];
        var x = tall ? matrix.t().contiguous() : matrix;
        x = x / (x.square().sum().sqrt() + 1e-7);
        for (var i = 0; i < Iterations; i++)
        {
            var gram = x.mm(x.t());
            var polynomial = gram.addmm(gram, gram, beta: (float)B, alpha: (float)C);
            x = x.addmm(polynomial, x, beta: (float)A, alpha: 1);
        }

        return tall ? x.t() : x;
    }

    /// <summary>A projection, or a factor of its adapter; not a norm, an embedding or a head.</summary>
    private static bool IsProjection(KeyValuePair<string, Tensor> parameter) =>
        parameter.Value.ndim == 2 && parameter.Key is not (DecoderTensorNames.Embedding or DecoderTensorNames.Head);
}
