namespace SlmEdge.Export.Proof;

/// <summary>Names of the stages that every export has.</summary>
public static class StageNames
{
    /// <summary>The base model before training.</summary>
    public const string Base = "base";

    /// <summary>Base and adapter, as trained.</summary>
    public const string Adapter = "adapter";

    /// <summary>The fine-tuned model of a full run, as trained.</summary>
    public const string FineTuned = "fine-tuned";

    /// <summary>Base and adapter as one set of weights.</summary>
    public const string Merged = "merged";

    /// <summary>The trained model with fewer layers or tokens.</summary>
    public const string Smaller = "smaller";

    /// <summary>The adapter as GGUF LoRA beside the base's GGUF.</summary>
    public const string GgufAdapter = "gguf base + adapter";

    /// <summary>A GGUF file.</summary>
    /// <param name="type">Its type.</param>
    public static string Gguf(string type) => $"gguf {type}";

    /// <summary>An ONNX folder.</summary>
    /// <param name="precision">Its precision.</param>
    public static string Onnx(string precision) => $"onnx {precision}";
}
