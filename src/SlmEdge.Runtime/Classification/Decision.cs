using SlmEdge.Runtime.Adapters;

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

    /// <summary>
    /// Every label that reaches the label threshold, best first, for tasks where a text has any number of labels; <see langword="null"/> for
    /// tasks with one label a text.
    /// </summary>
    public IReadOnlyList<LabelScore>? Labels { get; init; }

    /// <summary>
    /// The labels of which one is the true one with probability <see cref="Coverage"/>, best first; <see langword="null"/> when no coverage
    /// is asked for. The more labels, the less the model knows.
    /// </summary>
    public IReadOnlyList<string>? LabelSet { get; init; }

    /// <summary>The coverage of <see cref="LabelSet"/>, above 0 and below 1.</summary>
    public double? Coverage { get; init; }

    /// <summary>
    /// The groups that the label lies in, the widest first, each with the sum of its labels' probabilities. With an abstention: the likeliest
    /// groups that still reach the threshold, so that a text can go to the department when the queue is uncertain.
    /// </summary>
    public IReadOnlyList<LabelScore> Groups { get; init; } = [];

    /// <summary>Why there is no label, or <see langword="null"/> when there is one.</summary>
    public string? AbstentionReason { get; init; }

    /// <summary>Whether the end of the text was cut off to fit the context.</summary>
    public bool Truncated { get; init; }

    /// <summary>The bundle's name.</summary>
    public required string BundleName { get; init; }

    /// <summary>The bundle's version.</summary>
    public required string BundleVersion { get; init; }

    /// <summary>The adapter that decided, or <see langword="null"/> for the bundle's own model.</summary>
    public AdapterVersion? Adapter { get; init; }

    /// <summary>What computed: <c>llama</c> or <c>onnx</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>SHA-256 of the rendered prompt, lower-case hex.</summary>
    public required string PromptSha256 { get; init; }

    /// <summary>The tokens that the model read for the text, the answer cue included and the shared prefix not.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Where the time went.</summary>
    public required DecisionTimings Timings { get; init; }
}
