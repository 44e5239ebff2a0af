using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines;

/// <summary>
/// A loaded language model that scores labels, gives logits and generates. One evaluation runs at a time: members may
/// be called from several threads, the calls then wait for each other.
/// </summary>
public interface IEngine : IDisposable
{
    /// <summary>What computes and on which hardware.</summary>
    EngineInfo Info { get; }

    /// <summary>Number of token ids; the length of one row of logits.</summary>
    int VocabularySize { get; }

    /// <summary>The longest token sequence that one evaluation can hold: prefix, text and label together.</summary>
    int ContextLength { get; }

    /// <summary>
    /// Computes log P(label tokens | prefix + text) for every text and label: summed over the label's tokens, each
    /// under the softmax over the full vocabulary, not normalised over the labels.
    /// </summary>
    /// <param name="prefix">Tokens shared by all texts, evaluated once.</param>
    /// <param name="texts">Tokens of each text (not empty), following the prefix.</param>
    /// <param name="labels">The labels' tokens.</param>
    /// <param name="logProbs">Receives <c>[texts, labels]</c> row-major: <c>logProbs[text * labels.LabelCount + label]</c>.</param>
    /// <param name="ct">Stops between two native evaluations.</param>
    /// <exception cref="EngineException">A text does not fit the context, or the native evaluation failed.</exception>
    /// <exception cref="ArgumentException">A text is empty, a token id is outside the vocabulary, or <paramref name="logProbs"/> is too short.</exception>
    void ScoreLabels(
        ReadOnlySpan<int> prefix,
        IReadOnlyList<int[]> texts,
        LabelTrie labels,
        Span<float> logProbs,
        CancellationToken ct = default);

    /// <summary>Computes the logits of every position.</summary>
    /// <param name="tokens">A sequence of at most <see cref="ContextLength"/> tokens.</param>
    /// <returns><c>[tokens, vocabulary]</c>, row-major.</returns>
    /// <exception cref="EngineException">The sequence is too long, or the native evaluation failed.</exception>
    float[] EvaluateLogits(ReadOnlySpan<int> tokens);

    /// <summary>Generates the most likely next token again and again.</summary>
    /// <param name="prompt">The tokens to continue; not empty.</param>
    /// <param name="maxTokens">Upper limit of generated tokens; fewer when the context is full.</param>
    /// <param name="ct">Stops between two tokens.</param>
    /// <returns>The generated tokens, without the end-of-sequence token that ended them.</returns>
    /// <exception cref="EngineException">The prompt is too long, or the native evaluation failed.</exception>
    int[] GenerateGreedy(ReadOnlySpan<int> prompt, int maxTokens, CancellationToken ct = default);
}
