using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>Qwen's sliding window, which its configurations state but switch off unless <c>use_sliding_window</c> is true.</summary>
internal static class QwenWindow
{
    /// <summary>The window, which holds sequences where it is on: llama.cpp's graphs of these families have none.</summary>
    public static int FullAttentionLength(JsonFields fields, int maxPositions) =>
        fields.Boolean("use_sliding_window") == true
            ? Math.Min(maxPositions, fields.Integer("sliding_window", 1, 1 << 26) ?? maxPositions)
            : maxPositions;
}
