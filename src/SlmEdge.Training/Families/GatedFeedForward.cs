using SlmEdge.Formats.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>Gated feed-forward layer of one block: <c>down(activation(gate(x)) · up(x))</c>.</summary>
internal sealed class GatedFeedForward : IDisposable
{
    /// <summary>Gate and up in this order: two projections, or one whose rows hold both.</summary>
    public required IReadOnlyList<LinearLayer> Inputs { get; init; }

    public required LinearLayer Down { get; init; }

    public required GateActivation Activation { get; init; }

    /// <summary><c>[tokens, hidden]</c> → <c>[tokens, hidden]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        var (gate, up) = Project(x);
        return Down.Forward(Gated(gate, up));
    }

    public void Dispose()
    {
        foreach (var linear in Inputs)
        {
            linear.Dispose();
        }

        Down.Dispose();
    }

    private (Tensor Gate, Tensor Up) Project(Tensor x)
    {
        if (Inputs.Count == 2)
        {
            return (Inputs[0].Forward(x), Inputs[1].Forward(x));
        }

        var both = Inputs[0].Forward(x);
        var width = both.shape[1] / 2;
        return (both.narrow(1, 0, width), both.narrow(1, width, width));
    }

    private Tensor Gated(Tensor gate, Tensor up) => Activation switch
    {
        GateActivation.Silu => SwiGlu.Apply(gate, up),
        GateActivation.GeluTanh => TanhGelu.Apply(gate) * up,
        _ => throw new TrainingException($"The activation {Activation} is not implemented."),
    };
}
