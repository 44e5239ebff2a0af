namespace SlmEdge.Bundles;

/// <summary>What one stage (adapter, merged model, each exported file, baseline) scored on the held-out data.</summary>
/// <param name="Stage">The stage, for example <c>adapter</c>, <c>merged</c>, <c>gguf q4_k_m</c>.</param>
/// <param name="Engine">What computed it, for example <c>libtorch</c>, <c>llama.cpp</c>, <c>onnxruntime</c>.</param>
/// <param name="Precision">Type of the weights.</param>
/// <param name="Accuracy">0 to 1. Of tasks that write text: the share of answers that are the reference, of documents with the same fields.</param>
/// <param name="MacroF1">0 to 1. Of tasks that write text: ROUGE-L F1 of texts, micro-averaged F1 of the fields of documents.</param>
/// <param name="MeanKl">Mean KL divergence, in nats, of the label distribution from the adapter stage's.</param>
/// <param name="ChangedDecisions">Examples decided or answered otherwise than by the adapter stage.</param>
/// <param name="SizeBytes">Size of the weights.</param>
/// <param name="TextsPerSecond">Speed on the exporting machine.</param>
/// <param name="Examples">Number of held-out examples.</param>
public sealed record StageScore(
    string Stage,
    string Engine,
    string Precision,
    double Accuracy,
    double MacroF1,
    double? MeanKl,
    int? ChangedDecisions,
    long SizeBytes,
    double TextsPerSecond,
    int Examples)
{
    /// <summary>0 to 1: F1 over all labels of all examples together, of tasks with several labels a text, whose <see cref="Accuracy"/> is the share of texts with exactly their labels; else null.</summary>
    public double? MicroF1 { get; init; }
}
