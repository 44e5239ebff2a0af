using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>Scores of the answers that a model wrote.</summary>
/// <param name="ExactMatch">Share of answers that are the reference; of documents, that have exactly its fields.</param>
/// <param name="RougeL">Mean ROUGE-L (F1 of the longest common subsequence of words).</param>
/// <param name="Perplexity">Of the references: e to the mean loss per supervised token. Comparable between models of one tokenizer.</param>
/// <param name="Unfinished">Share of answers that did not end within the limit of tokens.</param>
public sealed record WritingScores(double ExactMatch, double RougeL, double Perplexity, double Unfinished)
{
    /// <summary>95 % interval of the exact matches, by bootstrap over the rows.</summary>
    public required ConfidenceInterval ExactMatchInterval { get; init; }

    /// <summary>95 % interval of ROUGE-L.</summary>
    public required ConfidenceInterval RougeLInterval { get; init; }

    /// <summary>95 % interval of the perplexity.</summary>
    public required ConfidenceInterval PerplexityInterval { get; init; }

    /// <summary>How well documents were filled, of extraction tasks.</summary>
    public DocumentScores? Documents { get; init; }
}
