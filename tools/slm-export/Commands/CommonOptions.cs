using System.CommandLine;

namespace SlmEdge.ExportTool.Commands;

/// <summary>Options that several commands have, with one wording.</summary>
internal static class CommonOptions
{
    public static Option<string> Base() => new("--base") { Description = "Folder of the base model (Hugging Face layout).", Required = true, HelpName = "DIR" };

    public static Option<string?> Adapter() => new("--adapter") { Description = "Folder of a LoRA adapter (PEFT layout); it is merged into the base while it is read.", HelpName = "DIR" };

    public static Option<string> Output(string what) => new("--out") { Description = what, Required = true, HelpName = "PATH" };

    public static Option<int> Threads() => new Option<int>("--threads") { Description = "Threads; 0 takes the physical cores.", DefaultValueFactory = _ => 0 }.InThreads();

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text." };
}
