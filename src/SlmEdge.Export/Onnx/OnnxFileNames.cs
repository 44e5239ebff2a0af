namespace SlmEdge.Export.Onnx;

/// <summary>The files of an exported folder, named as ONNX Runtime GenAI's model builder names them.</summary>
public static class OnnxFileNames
{
    /// <summary>The graph.</summary>
    public const string Model = "model.onnx";

    /// <summary>Its constants.</summary>
    public const string Data = "model.onnx.data";

    /// <summary>What ONNX Runtime GenAI reads first.</summary>
    public const string GenAiConfig = "genai_config.json";

    /// <summary>The vocabulary for libllama's tokenizer.</summary>
    public const string Vocabulary = "tokenizer.gguf";
}
