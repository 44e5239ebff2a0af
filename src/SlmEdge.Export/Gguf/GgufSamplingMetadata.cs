using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Gguf;

/// <summary>The sampling defaults of <c>generation_config.json</c> as llama.cpp's converter writes them (<c>metadata.py</c> of gguf-py).</summary>
internal static class GgufSamplingMetadata
{
    public static void Write(GgufWriter writer, GenerationConfig? generation)
    {
        if (generation?.TopK is int topK)
        {
            writer.Set("general.sampling.top_k", topK);
        }

        SetNumber("general.sampling.top_p", generation?.TopP);
        SetNumber("general.sampling.temp", generation?.Temperature);
        SetNumber("general.sampling.penalty_repeat", generation?.RepetitionPenalty);

        void SetNumber(string key, double? value)
        {
            if (value is double number)
            {
                writer.Set(key, (float)number);
            }
        }
    }
}
