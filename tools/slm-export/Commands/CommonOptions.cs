using System.CommandLine;
using SlmEdge.Export.Weights;

namespace SlmEdge.ExportTool.Commands;

/// <summary>Options that several commands have, with one wording.</summary>
internal static class CommonOptions
{
    public static Option<string> Base() => new("--base") { Description = "Base model: a folder in Hugging Face layout, or a GGUF file.", Required = true, HelpName = "DIR" };

    public static Option<string?> Adapter() => new("--adapter") { Description = "Folder of a LoRA adapter (PEFT layout); it is merged into the base while it is read.", HelpName = "DIR" };

    public static Option<string> Output(string what) => new("--out") { Description = what, Required = true, HelpName = "PATH" };

    public static Option<double> MaxKl() => new Option<double>("--max-kl")
    {
        Description = "How far the merged model may diverge from base and adapter as trained, in nats (mean KL on the run's validation prompts).",
        DefaultValueFactory = _ => MergeComparison.DefaultMaxKl,
        HelpName = "NATS",
    }.AtLeast(0);

    public static Option<bool> AsTrained() => new("--as-trained")
    {
        Description = "Write base and adapter apart, the base in the blocks that the adapter was trained on ('slm-train sft --quant', or a GGUF base).",
    };

    public static Option<int> Threads() => new Option<int>("--threads") { Description = "Threads; 0 takes the physical cores.", DefaultValueFactory = _ => 0 }.InThreads();

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };
}
