namespace SlmEdge.Formats.Gguf;

/// <summary>Constants of the GGUF specification (docs/gguf.md in ggml) and of ggml.h.</summary>
internal static class GgufFacts
{
    public const uint Version = 3;

    public const int DefaultAlignment = 32;

    public const string AlignmentKey = "general.alignment";

    public const string ArchitectureKey = "general.architecture";

    /// <summary>GGML_MAX_NAME is 64 with the closing zero.</summary>
    public const int MaxTensorNameBytes = 63;

    public const int MaxKeyBytes = 65535;

    public const int MaxDimensions = 4;

    public static ReadOnlySpan<byte> Magic => "GGUF"u8;
}
