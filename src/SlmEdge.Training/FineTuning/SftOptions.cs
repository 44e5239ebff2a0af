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

    /// <summary>
    /// Probability with which a token of a training text is left out, drawn anew at every visit; 0 to below 1. Null is 0.1 for tasks of kind
    /// <c>classify</c> and 0 for those that write text, which need every word of their input and have no other choice.
    /// </summary>
    public double? TokenDropout { get; init; }

    /// <summary>The token dropout that applies.</summary>
    public double EffectiveTokenDropout => TokenDropout ?? (Task.Kind == TaskKind.Classify ? 0.1 : 0);

    /// <summary>How many layers of the base stay; the ones that change the validation prompts least are left out before training. Null keeps all.</summary>
    public int? KeepLayers { get; init; }

    /// <summary>Which layers were left out; set by the trainer.</summary>
    public PrunedLayers? Pruned { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(KeepLayers is null or >= 1, "--keep-layers must be at least 1");
        Require(KeepLayers is null || AdapterDirectory is null, "--keep-layers changes the base, and the adapter of --adapter belongs to the whole one; merge it first (slm-export merge)");
        Require(KeepLayers is null || !Models.GgufBase.Is(BaseDirectory), "--keep-layers needs the base's folder in Hugging Face's layout, not a GGUF file");
        Require(TokenDropout is null or (>= 0 and < 1), "--token-dropout must be at least 0 and below 1");
        Require(
            Task.Kind == TaskKind.Classify || TokenDropout is null or 0,
            $"--token-dropout is for tasks of kind classify; a task of kind {Task.Kind.ToString().ToLowerInvariant()} writes text that depends on every word");
    }
}
