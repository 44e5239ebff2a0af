namespace SlmEdge.Runtime;

/// <summary>Which engine computes.</summary>
public enum EngineChoice
{
    /// <summary>The one that the bundle recommends.</summary>
    Auto,

    /// <summary>llama.cpp on a GGUF file.</summary>
    Llama,

    /// <summary>ONNX Runtime on an ONNX folder.</summary>
    Onnx,
}
