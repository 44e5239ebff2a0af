using SlmEdge.Training.Checkpoints;

namespace SlmEdge.Training.Runs;

/// <summary>Where things are in a run directory.</summary>
public static class RunDirectory
{
    /// <summary>Makes room for a run, before any work is done for it.</summary>
    /// <param name="run">Run directory.</param>
    /// <param name="resume">Whether the run that is there is continued.</param>
    /// <exception cref="TrainingException">The name is a file's, or the directory holds the work of another run, which would be lost.</exception>
    internal static void Claim(string run, bool resume)
    {
        if (File.Exists(run))
        {
            throw new TrainingException($"'{run}' is a file; --out names the directory of the run.");
        }

        if (!resume && (Checkpoint.Exists(run) || Directory.Exists(AdapterPath(run)) || Directory.Exists(ModelPath(run))))
        {
            throw new TrainingException($"'{run}' already holds a run, which would be lost. Continue it with --resume, or name another directory.");
        }
    }

    /// <summary>The record of every setting.</summary>
    /// <param name="run">Run directory.</param>
    public static string RecordPath(string run) => Path.Combine(run, "run.json");

    /// <summary>The metrics of every step.</summary>
    /// <param name="run">Run directory.</param>
    public static string MetricsPath(string run) => Path.Combine(run, "metrics.jsonl");

    /// <summary>Answers of the trained model to some validation rows, of tasks that write text.</summary>
    /// <param name="run">Run directory.</param>
    public static string SamplesPath(string run) => Path.Combine(run, "samples.jsonl");

    /// <summary>The base with fewer layers, of runs that left some out.</summary>
    /// <param name="run">Run directory.</param>
    public static string BasePath(string run) => Path.Combine(run, "base");

    /// <summary>The adapter in PEFT's layout, of LoRA and QLoRA runs.</summary>
    /// <param name="run">Run directory.</param>
    public static string AdapterPath(string run) => Path.Combine(run, "adapter");

    /// <summary>The whole model in Hugging Face's layout, of pre-training and full fine-tuning.</summary>
    /// <param name="run">Run directory.</param>
    public static string ModelPath(string run) => Path.Combine(run, "model");

    /// <summary>The report for people.</summary>
    /// <param name="run">Run directory.</param>
    public static string ReportPath(string run) => Path.Combine(run, "report.html");
}
