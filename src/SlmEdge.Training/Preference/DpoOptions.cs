using SlmEdge.Tasks;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Training.Preference;

/// <summary>Settings of a preference run.</summary>
public sealed record DpoOptions : FineTuningOptions
{
    /// <summary>A task that writes text, whose instruction then stands before each prompt; null takes the prompts as they are.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>How a pair becomes a loss.</summary>
    public PreferenceLossKind Loss { get; init; } = PreferenceLossKind.Dpo;

    /// <summary>Strength: of DPO how closely the policy stays to the reference, of IPO its τ, of ORPO the weight λ of the odds ratio.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Of DPO: the probability that a pair is labelled the wrong way round; 0 to below 0.5.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Leave out rows that cannot be used (answers the same, prompts different, empty turns) instead of refusing them.</summary>
    public bool SkipUnusable { get; init; }

    private protected override double DefaultLearningRate => Method == FineTuningMethod.Full ? 5e-5 : 2e-4;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(double.IsFinite(Beta) && Beta > 0, "--beta must be a positive number");
        Require(LabelSmoothing is >= 0 and < 0.5, "--label-smoothing must be at least 0 and below 0.5, where a pair would say nothing");
        Require(LabelSmoothing == 0 || Loss == PreferenceLossKind.Dpo, "--label-smoothing is defined for --loss dpo only; leave it out");
        Require(Task is null || Task.Kind is TaskKind.Generate, "--task has to be of kind generate: preferences are between texts that a model writes");
    }
}
