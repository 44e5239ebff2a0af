using SlmEdge.Bundles;
using SlmEdge.Export.Proof;

namespace SlmEdge.Export.Writing;

/// <summary>What one stage wrote about the held-out rows, greedily and without a constraint, and what it is worth.</summary>
/// <param name="Definition">The stage.</param>
/// <param name="Answers">Its answers, one a row.</param>
/// <param name="Ended">Whether each came to its end.</param>
/// <param name="ExactMatch">Share of answers that are the reference; of documents, with the same fields.</param>
/// <param name="Score">ROUGE-L F1 of texts, micro-averaged F1 of the fields of documents; 0 to 1.</param>
/// <param name="Changed">Answers other than the reference stage's; null for that stage itself.</param>
/// <param name="TextsPerSecond">Speed, one text after the other.</param>
public sealed record WritingStageResult(
    StageDefinition Definition, IReadOnlyList<string> Answers, IReadOnlyList<bool> Ended, double ExactMatch, double Score, int? Changed, double TextsPerSecond)
{
    /// <summary>Engine, version, CPU level and threads, for people.</summary>
    public string EngineDescription { get; init; } = "";

    /// <summary>Tokens of each answer.</summary>
    internal IReadOnlyList<int> AnswerTokens { get; init; } = [];

    /// <summary>The tokens of each text alone; null for rows that are more than one text.</summary>
    internal IReadOnlyList<int[]?> TextTokens { get; init; } = [];

    /// <summary>Tokens that stand for no known character.</summary>
    internal IReadOnlyList<int> UnknownTokens { get; init; } = [];

    internal StageScore ToScore() => new(
        Definition.Stage, Definition.Engine, Definition.Precision, ExactMatch, Score, null, Changed, Definition.SizeBytes, TextsPerSecond, Answers.Count);
}
