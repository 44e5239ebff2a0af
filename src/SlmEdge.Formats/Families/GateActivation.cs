namespace SlmEdge.Formats.Families;

/// <summary>What the gate of the feed-forward layer passes (Shazeer 2020, arXiv 2002.05202).</summary>
public enum GateActivation
{
    /// <summary><c>x · sigmoid(x)</c>; Hugging Face's <c>silu</c>.</summary>
    Silu,

    /// <summary>GELU by its hyperbolic tangent (Hendrycks and Gimpel 2016, arXiv 1606.08415); Hugging Face's <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,
}
