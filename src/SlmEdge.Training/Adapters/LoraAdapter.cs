using SlmEdge.Training.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Adapters;

/// <summary>The two low-rank factors of one projection, <c>A [rank, in]</c> and <c>B [out, rank]</c>, and with DoRA its magnitudes <c>[out]</c>; all fp32.</summary>
internal sealed class LoraAdapter(Tensor a, Tensor b, Tensor? magnitude, double scale, double dropout, AdapterPrecision precision) : IDisposable
{
    private Tensor? _norms;

    public Tensor A { get; } = a;

    public Tensor B { get; } = b;

    /// <summary>Lengths of the updated weight's rows, of DoRA; otherwise null.</summary>
    public Tensor? Magnitude { get; } = magnitude;

    public double Scale { get; } = scale;

    /// <summary>Dropout applies only while this is set.</summary>
    public bool Training
    {
        get;
        set
        {
            field = value;
            Forget();
        }
    }

    /// <summary>A from a Kaiming-uniform distribution and B zero, so that training starts at the base model (as the paper does).</summary>
    public static LoraAdapter Create(LinearLayer layer, LoraConfig config, Device device)
    {
        var (inFeatures, outFeatures) = (layer.Weight.InFeatures, layer.Weight.OutFeatures);
        var rank = config.RankOf(layer.Name);
        var bound = 1.0 / Math.Sqrt(inFeatures);
        using var scope = NewDisposeScope();
        var a = ((rand(rank, inFeatures, device: device) * (2 * bound)) - bound).DetachFromDisposeScope();
        var b = zeros(outFeatures, rank, device: device).DetachFromDisposeScope();
        var magnitude = config.UseDora ? RowNorms(layer.Weight.ToDense()).DetachFromDisposeScope() : null;
        var adapter = new LoraAdapter(a, b, magnitude, config.ScaleOf(layer.Name), config.Dropout, config.Precision);
        adapter.RequireGradients();
        return adapter;
    }

    /// <summary>Makes the adapter trainable.</summary>
    public void RequireGradients()
    {
        foreach (var (_, parameter) in Parameters(string.Empty))
        {
            parameter.requires_grad_(true);
        }
    }

    /// <summary>The tensors by PEFT's names, below the module's.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters(string module)
    {
        yield return KeyValuePair.Create(module + ".lora_A.weight", A);
        yield return KeyValuePair.Create(module + ".lora_B.weight", B);
        if (Magnitude is not null)
        {
            yield return KeyValuePair.Create(module + ".lora_magnitude_vector", Magnitude);
        }
    }

    /// <summary>
    /// The adapted output for <c>x [tokens, in]</c>. Without a magnitude it is <paramref name="output"/> itself, changed: with the scale on the
    /// low-rank product, neither forward nor backward makes another tensor of its size.
    /// </summary>
    /// <param name="output">The base's output for it, without bias.</param>
    /// <param name="x">The projection's input.</param>
    /// <param name="weight">The base's weight.</param>
    public Tensor Adapt(Tensor output, Tensor x, LinearWeight weight)
    {
        var drops = Training && dropout > 0;
        var input = drops ? nn.functional.dropout(x, dropout, true) : x;
        var low = nn.functional.linear(input, Rounded(A)) * Scale;
        if (Magnitude is null)
        {
            return output.addmm_(low, Rounded(B).t(), beta: 1, alpha: 1);
        }

        // As PEFT does, the base is applied to the dropped input as well, and the norm is a constant for autograd (section 4.3 of the paper).
        var factor = (Rounded(Magnitude) / Norms(weight)).unsqueeze(0);
        var straight = drops ? weight.Multiply(input) : output;
        return output + ((factor - 1) * straight) + (factor * nn.functional.linear(low, Rounded(B)));
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
        _norms?.Dispose();
    }

    /// <summary>Lengths of the rows of <c>W + scale · B · A</c>; while nothing is trained they are computed once.</summary>
    private Tensor Norms(LinearWeight weight)
    {
        var trained = Training || is_grad_enabled();
        if (trained)
        {
            Forget();
        }
        else if (_norms is not null)
        {
            return _norms;
        }

        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var norms = RowNorms(weight.ToDense().addmm_(Rounded(B), Rounded(A), 1, (float)Scale));
        return trained ? norms.MoveToOuterDisposeScope() : _norms = norms.DetachFromDisposeScope();
    }

    private void Forget()
    {
        _norms?.Dispose();
        _norms = null;
    }

    private Tensor Rounded(Tensor value) => precision == AdapterPrecision.Bf16 ? value.to(ScalarType.BFloat16).to(ScalarType.Float32) : value;

    private static Tensor RowNorms(Tensor dense) => dense.mul_(dense).sum(1).sqrt_();
}
