namespace SlmEdge.Export.Proof.Html;

/// <summary>One colour per engine, the same in every plot.</summary>
internal static class StageColor
{
    public static string Of(StageResult stage) => Of(stage.Definition);

    public static string Of(StageDefinition stage) => stage.Engine switch
    {
        "llama.cpp" => "var(--llama)",
        "onnxruntime" => "var(--onnx)",
        _ => "var(--torch)",
    };

    public static string Baseline => "var(--base)";
}
