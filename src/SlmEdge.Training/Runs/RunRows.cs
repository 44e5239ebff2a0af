using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Training.FineTuning;

namespace SlmEdge.Training.Runs;

/// <summary>The rows that a fine-tuning run trained and validated on, read again from where the run's record says they are.</summary>
public static class RunRows
{
    /// <summary>Reads the rows and, when the run had no validation file, holds out the same ones again.</summary>
    /// <param name="run">Record of a fine-tuning run.</param>
    /// <exception cref="TrainingException">The run has no task, or a data file has changed since or is gone.</exception>
    /// <exception cref="DataFormatException">A row is malformed.</exception>
    public static (IReadOnlyList<LabelledText> Train, IReadOnlyList<LabelledText> Valid) Load(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Task is null || run.Settings is not { } settings)
        {
            throw new TrainingException("The run is no fine-tuning run: run.json has no task or no settings.");
        }

        var reader = new ReaderOptions
        {
            TextColumn = settings.GetProperty("textColumn").GetString()!,
            LabelColumn = settings.GetProperty("labelColumn").GetString()!,
        };
        var train = LabelledTextReader.Read(Unchanged(run, "train")!, run.Task, reader);
        return Unchanged(run, "valid") is { } valid
            ? (train, LabelledTextReader.Read(valid, run.Task, reader))
            : ExampleSet.Split(train, settings.GetProperty("validationShare").GetDouble(), run.Seed);
    }

    internal static string? Unchanged(RunRecord run, string role)
    {
        if (run.Data.FirstOrDefault(d => d.Role == role) is not { } data)
        {
            return null;
        }

        if (!File.Exists(data.Path))
        {
            throw new TrainingException($"The run's {role} file '{data.Path}' is gone.");
        }

        return RunData.Describe(role, data.Path, null).Sha256 == data.Sha256
            ? data.Path
            : throw new TrainingException($"The run's {role} file '{data.Path}' has changed since the run (its SHA-256 differs).");
    }
}
