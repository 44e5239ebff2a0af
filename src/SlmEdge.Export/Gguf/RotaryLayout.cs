using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Gguf;

/// <summary>
/// The order of the rows of query and key matrices. Hugging Face turns element <c>i</c> of a head with element <c>i + head/2</c>;
/// llama.cpp's Llama graph turns neighbours (<c>2i</c> with <c>2i + 1</c>), so the rows are interleaved on the way
/// (<c>DecoderModel.permute</c> in llama.cpp's converter).
/// </summary>
internal static class RotaryLayout
{
    /// <summary>Number of heads by which the rows of a tensor are interleaved; 0 when they stay.</summary>
    public static int HeadsToInterleave(string name, DecoderConfig config) =>
        !config.Family.InterleavesRotaryRows ? 0
        : name.EndsWith(".q_proj.weight", StringComparison.Ordinal) ? config.NumAttentionHeads
        : name.EndsWith(".k_proj.weight", StringComparison.Ordinal) ? config.NumKeyValueHeads
        : 0;

    /// <summary>Interleaves the halves of every head's rows.</summary>
    /// <param name="values"><c>[rows, columns]</c>, row-major.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="heads">Heads that the rows belong to.</param>
    public static float[] Interleave(float[] values, int columns, int heads)
    {
        float[] result = new float[values.Length];
        int headRows = values.Length / columns / heads;
        int half = headRows / 2;
        for (int head = 0; head < heads; head++)
        {
            for (int i = 0; i < half; i++)
            {
                for (int part = 0; part < 2; part++)
                {
                    int from = (head * headRows) + (part * half) + i;
                    int to = (head * headRows) + (2 * i) + part;
                    values.AsSpan(from * columns, columns).CopyTo(result.AsSpan(to * columns));
                }
            }
        }

        return result;
    }
}
