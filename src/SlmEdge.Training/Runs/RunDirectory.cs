namespace SlmEdge.Training.Runs;

/// <summary>Where things are in a run directory.</summary>
public static class RunDirectory
{
    /// <summary>The record of every setting.</summary>
    /// <param name="run">Run directory.</param>
    public static string RecordPath(string run) => Path.Combine(run, "run.json");

    /// <summary>The metrics of every step.</summary>
    /// <param name="run">Run directory.</param>
    public static string MetricsPath(string run) => Path.Combine(run, "metrics.jsonl");

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
