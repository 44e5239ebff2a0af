using SlmEdge.Training.Adapters;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>A projection of the model: its weight, its bias where the family has one and, during LoRA training, its adapter.</summary>
internal sealed class LinearLayer(string name, LinearWeight weight, Tensor? bias = null) : IDisposable
{
    /// <summary>Hugging Face module name, for example <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The last part of the name, by which LoRA targets are chosen, for example <c>q_proj</c>.</summary>
    public string Projection { get; } = name[(name.LastIndexOf('.') + 1)..];

    public LinearWeight Weight { get; private set; } = weight;

    public LoraAdapter? Adapter { get; set; }

    /// <summary><c>[tokens, in]</c> → <c>[tokens, out]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = Weight.Multiply(x);
        y = Adapter?.Adapt(y, x, Weight) ?? y;
        if (bias is not null)
        {
            y.add_(bias);
        }

        return y.MoveToOuterDisposeScope();
    }

    public void ReplaceWeight(LinearWeight weight)
    {
        Weight.Dispose();
        Weight = weight;
    }

    public void Dispose()
    {
        Weight.Dispose();
        bias?.Dispose();
        Adapter?.Dispose();
    }
}
