using SlmEdge.Tasks;

namespace SlmEdge.Teachers.Distillation;

/// <summary>What is asked and what is kept of the answers.</summary>
public sealed record DistillOptions
{
    /// <summary>The rows to be answered.</summary>
    public required string PromptsFile { get; init; }

    /// <summary>The rows to write. Answers and failures stand beside it.</summary>
    public required string OutputFile { get; init; }

    /// <summary>What is asked for.</summary>
    public DistillMode Mode { get; init; } = DistillMode.Responses;

    /// <summary>The task of the rows. Of a classification it gives the question and the labels that an answer may have.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>How answers are drawn.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Answers for each row. Preferences need two or more; a classification takes what most of them say.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Take what most of the answers say, also outside of classifications (self-consistency, Wang et al. 2022, arXiv 2203.11171).</summary>
    public bool Vote { get; init; }

    /// <summary>Smallest share of the answers that has to agree for a voted row to be kept.</summary>
    public double MinAgreement { get; init; } = 0.5;

    /// <summary>How often a row is asked, with other seeds, until its answer can be used.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Folder with templates that replace those of the program.</summary>
    public string? TemplateFolder { get; init; }

    /// <summary>Column with the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Whether the task is a classification.</summary>
    internal bool Classifies => Task?.Kind == TaskKind.Classify;

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TeacherException">They contradict each other.</exception>
    public void Validate()
    {
        Sampling.Validate();
        Require(Samples >= 1, "--samples must be at least 1");
        Require(Attempts >= 1, "--attempts must be at least 1");
        Require(MinAgreement is >= 0 and <= 1, "--min-agreement must lie from 0 to 1");
        if (Mode == DistillMode.Preferences)
        {
            Require(!Classifies, "--mode preferences compares written answers; a classification has right ones, so use --mode responses");
            Require(Samples >= 2, "--mode preferences compares answers: --samples must be at least 2");
        }

        Require(Samples == 1 || Sampling.Temperature > 0, "--samples above 1 needs a --temperature above 0, or all answers are the same");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new TeacherException(message + ".");
        }
    }
}
