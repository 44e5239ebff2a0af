namespace SlmEdge.Training.Pretraining;

/// <summary>Outcome of a pre-training run.</summary>
/// <param name="ModelDirectory">Where the model was written.</param>
/// <param name="Parameters">Parameters of the model.</param>
/// <param name="Tokens">Training tokens seen.</param>
/// <param name="ValidationLoss">Loss over the whole validation file, in nats per token.</param>
/// <param name="BitsPerByte">The same in bits per byte of text, which does not depend on the tokenizer.</param>
/// <param name="Samples">Greedy continuations of short prompts.</param>
public sealed record PretrainResult(
    string ModelDirectory,
    long Parameters,
    long Tokens,
    double ValidationLoss,
    double BitsPerByte,
    IReadOnlyList<PretrainSample> Samples);
