using System.Globalization;
using System.Text.RegularExpressions;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Export.Gguf;

/// <summary>The keys that llama.cpp's converter writes beside those of the model's shape (gguf-py <c>constants.py</c>, <c>conversion/base.py</c>).</summary>
internal static partial class GgufModelMetadata
{
    /// <summary>GGML_QNT_VERSION of <c>ggml.h</c>.</summary>
    private const uint QuantizationVersion = 2;

    public static void Write(GgufWriter writer, ModelWeights weights, int fileType)
    {
        DecoderConfig config = weights.Config;
        writer.Set("general.architecture", config.Family.GgufArchitecture);
        writer.Set("general.type", "model");
        writer.Set("general.name", Title(weights.Name));
        writer.Set("general.size_label", SizeLabel(weights.ParameterCount));
        config.WriteGguf(writer);
        writer.Set("general.file_type", (uint)fileType);
        writer.Set("general.quantization_version", QuantizationVersion);
    }

    /// <summary>Takes over what a GGUF file says of its model, tokenizer included, and the tensors with which it stretches positions.</summary>
    public static void Copy(GgufWriter writer, GgufFile source, DecoderConfig config, int fileType)
    {
        foreach (string key in source.Metadata.Keys)
        {
            writer.Set(key, source);
        }

        writer.Set("general.file_type", (uint)fileType);
        writer.Set("general.quantization_version", QuantizationVersion);
        foreach (GgufTensor rope in source.Tensors.Where(t => config.RopeTensors().Any(stated => stated.Name == t.Name)))
        {
            writer.AddTensor(rope.Name, rope.Type, [.. rope.Dimensions], stream => source.CopyTo(rope.Name, stream));
        }
    }

    public static void WriteAdapter(GgufWriter writer, string architecture, string name, float alpha)
    {
        writer.Set("general.architecture", architecture);
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("general.name", Title(name));
        writer.Set("adapter.lora.alpha", alpha);
        writer.Set("general.quantization_version", QuantizationVersion);
    }

    /// <summary>A folder's name as a title: <c>edge-nano</c> becomes <c>Edge Nano</c>; words with capitals and versions stay.</summary>
    public static string Title(string name) =>
        string.Join(' ', name.Replace('-', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
            word.Any(char.IsUpper) || Version().IsMatch(word) ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>The parameter count with at least two digits and a unit: <c>5.9M</c>, <c>1.2B</c>, <c>70B</c>.</summary>
    public static string SizeLabel(long parameters)
    {
        (double scaled, string unit) = parameters switch
        {
            > 1_000_000_000_000 => (parameters * 1e-12, "T"),
            > 1_000_000_000 => (parameters * 1e-9, "B"),
            > 1_000_000 => (parameters * 1e-6, "M"),
            _ => (parameters * 1e-3, "K"),
        };
        int digits = Math.Round(scaled).ToString(CultureInfo.InvariantCulture).TrimStart('0').Length;
        return scaled.ToString("F" + Math.Max(2 - digits, 0), CultureInfo.InvariantCulture) + unit;
    }

    [GeneratedRegex(@"^(v\d+(\.\d+)*|\d.*)$")]
    private static partial Regex Version();
}
