namespace SlmEdge.Runtime.Classification;

/// <summary>The answer for one text: the label or an abstention, every label's score, and what computed it.</summary>
public sealed record Decision
{
    /// <summary>The text, as it was given.</summary>
    public required string Text { get; init; }

    /// <summary>The label, or <see langword="null"/> when the answer is an abstention.</summary>
    public required string? Label { get; init; }

    /// <summary>The calibrated probability of the best label, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Every label of the task with its probability, best first; equal ones in the order of the task.</summary>
    public required IReadOnlyList<LabelScore> Scores { get; init; }

    /// <summary>Why there is no label, or <see langword="null"/> when there is one.</summary>
    public string? AbstentionReason { get; init; }

    /// <summary>Whether the end of the text was cut off to fit the context.</summary>
    public bool Truncated { get; init; }

    /// <summary>The bundle's name.</summary>
    public required string BundleName { get; init; }

    /// <summary>The bundle's version.</summary>
    public required string BundleVersion { get; init; }

    /// <summary>What computed: <c>llama</c> or <c>onnx</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Where the time went.</summary>
    public required DecisionTimings Timings { get; init; }
}
