namespace SlmEdge.Formats.Onnx;

/// <summary>Where the bytes of a constant outside the model may lie (docs/ExternalData.md of ONNX): in a file of the model's own folder.</summary>
internal static class OnnxExternalData
{
    /// <summary><c>TensorProto.DataLocation.EXTERNAL</c>.</summary>
    public const int External = 1;

    public static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or "..") && !name.AsSpan().ContainsAny('/', '\\', '\0') && !name.Contains(':', StringComparison.Ordinal);
}
