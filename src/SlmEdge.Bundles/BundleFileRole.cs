namespace SlmEdge.Bundles;

/// <summary>What a file in a bundle is for; written in lower case.</summary>
public enum BundleFileRole
{
    /// <summary>A model for llama.cpp.</summary>
    Gguf,

    /// <summary>A file of the ONNX model folder.</summary>
    Onnx,

    /// <summary>A tokenizer.</summary>
    Tokenizer,

    /// <summary>An adapter.</summary>
    Adapter,

    /// <summary>A task definition.</summary>
    Task,

    /// <summary>A report, model card or licence for people.</summary>
    Report,

    /// <summary>What a device compares its texts with (<see cref="Drift.DriftReference"/>).</summary>
    Reference,
}
