using SlmEdge.Tasks;

namespace SlmEdge.Training.FineTuning;

/// <summary>Settings of a supervised fine-tuning run.</summary>
public record SftOptions : FineTuningOptions
{
    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Column with the text, of labelled rows.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column with the label.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Probability with which a token of a training text is left out, drawn anew at every visit; 0 to below 1.</summary>
    public double TokenDropout { get; init; } = 0.1;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(TokenDropout is >= 0 and < 1, "--token-dropout must be at least 0 and below 1");
    }
}
