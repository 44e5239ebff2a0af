using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;

namespace SlmEdge.Training.Distillation;

/// <summary>Settings of a run that learns a teacher's distributions beside the rows' own answers.</summary>
public sealed record LogitDistillationOptions : SftOptions
{
    /// <summary>Directory of the teacher; its tokenizer has to be the student's.</summary>
    public required string TeacherDirectory { get; init; }

    /// <summary>Adapter of the teacher, or null.</summary>
    public string? TeacherAdapterDirectory { get; init; }

    /// <summary>Hold the teacher's projections in NF4: an eighth of the memory, and a teacher that is a little different.</summary>
    public bool TeacherInNf4 { get; init; }

    /// <summary>Temperature, weight and truncation.</summary>
    public DistillationSettings Distillation { get; init; } = new();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(double.IsFinite(Distillation.Temperature) && Distillation.Temperature > 0, "--kd-temperature must be positive");
        Require(Distillation.Weight is > 0 and <= 1, "--kd-weight must lie above 0 and at most at 1; with 0 there is nothing to learn from the teacher, which is 'slm-train sft'");
        Require(Distillation.TopK >= 0, "--kd-top-k must not be negative; 0 is all tokens");
    }
}
