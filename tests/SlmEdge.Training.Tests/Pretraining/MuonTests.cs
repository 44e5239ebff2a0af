using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Pretraining;

public sealed class MuonTests
{
    [Theory]
    [InlineData(48, 96)]
    [InlineData(96, 48)]
    [InlineData(64, 64)]
    public void An_orthogonalised_matrix_keeps_its_directions_and_has_singular_values_near_one(int rows, int columns)
    {
        manual_seed(3);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var matrix = randn(rows, columns);
        var result = Muon.Orthogonalize(matrix);
        result.shape.ShouldBe([rows, columns]);

        // The iteration aims at a band around 1 (0.68 to 1.13 by its authors), not at 1 itself: the Gram matrix's trace is the sum of squares.
        var shorter = Math.Min(rows, columns);
        var meanSquare = result.square().sum().ToDouble() / shorter;
        meanSquare.ShouldBeInRange(0.6, 1.4);

        // Same singular vectors: resultᵀ·matrix is symmetric and positive, as V·(Σ'Σ)·Vᵀ.
        var product = ModelDirectory.ReadValues(result.t().mm(matrix));
        for (var i = 0; i < columns; i++)
        {
            for (var j = 0; j < i; j++)
            {
                product[(i * columns) + j].ShouldBe(product[(j * columns) + i], 0.02f);
            }
        }

        result.mul(matrix).sum().ToDouble().ShouldBeGreaterThan(0);
    }
}
