using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Memory;

/// <summary>
/// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): of two consecutive parts of the model only the input is kept; the backward pass computes
/// the parts again, with the same random numbers, and goes back through that. Memory for about one part, for one more forward pass in time. The second
/// part looks at every row by itself, so it is computed, and gone back through, some rows at a time.
/// </summary>
/// <remarks>Arguments: input, anchor, parts. Only the CPU's random numbers are replayed.</remarks>
internal sealed class RecomputedActivations : autograd.SingleTensorFunction<RecomputedActivations>
{
    public override string Name => nameof(RecomputedActivations);

    /// <summary>Runs two parts of the model so that their activations are not kept.</summary>
    /// <param name="first">The first part; whatever it captures must live until the backward pass.</param>
    /// <param name="second">The second part, a function of each row by itself.</param>
    /// <param name="rows">Most rows of the second part at a time.</param>
    /// <param name="input">Input of the first part, <c>[rows, width]</c>, as are both outputs.</param>
    /// <param name="anchor">
    /// Any tensor that requires a gradient. Autograd calls backward only where an argument does, and the first layer's input comes from a frozen embedding.
    /// </param>
    public static Tensor Run(Func<Tensor, Tensor> first, Func<Tensor, Tensor> second, int rows, Tensor input, Tensor anchor) =>
        apply(input, anchor, new Parts(first, second, rows));

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var input = (Tensor)vars[0];
        var parts = (Parts)vars[2];
        ctx.save_for_backward([input, get_rng_state()]);
        ctx.save_data("parts", parts);
        using var scope = NewDisposeScope();
        var middle = parts.First(input);
        var output = empty_like(middle);
        foreach (var (start, count) in parts.Chunks(middle.shape[0]))
        {
            using var inner = NewDisposeScope();
            output.narrow(0, start, count).copy_(parts.Second(middle.narrow(0, start, count)));
        }

        return output.MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var parts = (Parts)ctx.get_data("parts");
        var randomNow = get_rng_state();
        set_rng_state(saved[1]);
        using var guard = enable_grad();
        var input = saved[0].detach().requires_grad_(true);
        var middle = parts.First(input);
        var gradient = empty_like(middle).detach();
        foreach (var (start, count) in parts.Chunks(middle.shape[0]))
        {
            using var inner = NewDisposeScope();
            var rows = middle.detach().narrow(0, start, count).requires_grad_(true);
            autograd.backward([parts.Second(rows)], [grad_output.narrow(0, start, count)]);
            gradient.narrow(0, start, count).copy_(rows.grad!);
        }

        set_rng_state(randomNow);
        autograd.backward([middle], [gradient]);
        return [input.grad!.MoveToOuterDisposeScope(), null!, null!];
    }

    private sealed record Parts(Func<Tensor, Tensor> First, Func<Tensor, Tensor> Second, int Rows)
    {
        public IEnumerable<(long Start, long Count)> Chunks(long rows)
        {
            // Of about the same size, so that no last chunk is too small for an efficient product.
            var chunks = (rows + Rows - 1) / Rows;
            for (long i = 0; i < chunks; i++)
            {
                var (start, end) = (i * rows / chunks, (i + 1) * rows / chunks);
                yield return (start, end - start);
            }
        }
    }
}
