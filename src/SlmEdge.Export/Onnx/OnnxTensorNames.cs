using System.Globalization;

namespace SlmEdge.Export.Onnx;

/// <summary>Names of inputs and outputs as ONNX Runtime GenAI's model builder gives them.</summary>
public static class OnnxTensorNames
{
    /// <summary>Token ids, int64 <c>[batch, sequence]</c>.</summary>
    public const string InputIds = "input_ids";

    /// <summary>1 for tokens and 0 for padding, int64 <c>[batch, past + sequence]</c>.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>Float <c>[batch, sequence, vocabulary]</c>.</summary>
    public const string Logits = "logits";

    /// <summary>Keys of earlier tokens, float <c>[batch, key/value heads, past, head]</c>.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public static string PastKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.key");

    /// <summary>Values of earlier tokens, shaped as <see cref="PastKey"/>.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public static string PastValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.value");

    /// <summary>Keys of all tokens, float <c>[batch, key/value heads, past + sequence, head]</c>.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public static string PresentKey(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.key");

    /// <summary>Values of all tokens, shaped as <see cref="PresentKey"/>.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public static string PresentValue(int layer) => string.Create(CultureInfo.InvariantCulture, $"present.{layer}.value");
}
