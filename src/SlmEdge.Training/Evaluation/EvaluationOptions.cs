using SlmEdge.Tasks;

namespace SlmEdge.Training.Evaluation;

/// <summary>What to score on what.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Base model, or the model of a full run.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Adapter, if any.</summary>
    public string? AdapterDirectory { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Labelled rows.</summary>
    public required string DataFile { get; init; }

    /// <summary>Column with the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column with the label.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Rows that the model was trained on: the baselines are trained on them and scored beside it. Null leaves them out.</summary>
    public string? TrainFile { get; init; }

    /// <summary>A second model, scored on the same rows and compared row by row; null for none. May be <see cref="BaseDirectory"/>.</summary>
    public string? AgainstDirectory { get; init; }

    /// <summary>Adapter of the second model; without <see cref="AgainstDirectory"/> it goes on <see cref="BaseDirectory"/>.</summary>
    public string? AgainstAdapterDirectory { get; init; }

    /// <summary>General text (<c>.txt</c>, <c>.jsonl</c>, also <c>.gz</c>) on which to measure what the adapter has made the base forget; null for none.</summary>
    public string? GeneralFile { get; init; }

    /// <summary>Tokens of general text that are scored.</summary>
    public int GeneralTokens { get; init; } = 16384;

    /// <summary>Most tokens of an answer, of tasks that write text.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>From which probability on a label is given, of tasks with several labels a text; null takes the task's, else that of the model's run.</summary>
    public double? LabelThreshold { get; init; }

    /// <summary>Compute threads; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TrainingException">They contradict each other.</exception>
    public void Validate()
    {
        if (GeneralFile is not null && AdapterDirectory is null && AgainstDirectory is null)
        {
            throw new TrainingException("--general compares a model before and after training; give --adapter, or the model before as --against.");
        }

        if (MaxNewTokens < 1)
        {
            throw new TrainingException("--max-new-tokens must be at least 1.");
        }

        if (Task.Kind != TaskKind.Classify && TrainFile is not null)
        {
            throw new TrainingException($"--train trains the baselines of a classification; a task of kind {Task.Kind.ToString().ToLowerInvariant()} has none. Compare with --against.");
        }

        if (LabelThreshold is not null && !Task.Decision.MultiLabel)
        {
            throw new TrainingException("--label-threshold is for tasks with several labels a text (\"decision\": { \"multiLabel\": true }).");
        }

        if (LabelThreshold is not (null or (> 0 and < 1)))
        {
            throw new TrainingException("--label-threshold is a probability above 0 and below 1.");
        }

        if (Task.Decision.MultiLabel && (AgainstDirectory is not null || AgainstAdapterDirectory is not null))
        {
            throw new TrainingException("--against compares decisions for one label; with several labels a text, score the two models one after the other.");
        }

        if (GeneralTokens < 64)
        {
            throw new TrainingException("--general-tokens must be at least 64; less says nothing about a model.");
        }
    }
}
