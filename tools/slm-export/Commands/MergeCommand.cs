using System.CommandLine;
using SlmEdge.Export.Weights;
using SlmEdge.ExportTool.Display;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export merge</c>.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        Option<string> baseModel = CommonOptions.Base();
        var adapter = new Option<string>("--adapter") { Description = "Folder of the LoRA adapter (PEFT layout).", Required = true, HelpName = "DIR" };
        var type = new Option<string>("--dtype") { Description = "f32 (the same function as base and adapter), bf16 or f16 (every weight rounded).", DefaultValueFactory = _ => "f32", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong("f32", "bf16", "f16");
        Option<string> output = CommonOptions.Output("The model folder to write; must not exist or be empty.");
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("merge", "Add an adapter to its base and write one model in Hugging Face's layout.") { baseModel, adapter, type, output, maxKl, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            string name = parsed.GetValue(type)!;
            SafetensorsType dtype = Enum.Parse<SafetensorsType>(name, ignoreCase: true);
            MergeChoice choice = MergeComparison.Choose(parsed.GetValue(baseModel)!, parsed.GetValue(adapter)!, dtype, parsed.GetValue(maxKl), ct);
            ProgressDisplay.Run("merging", progress => ModelMerger.Write(parsed.GetValue(baseModel)!, parsed.GetValue(adapter)!, path, dtype, choice.Into, progress, ct));
            Outcome.Written(path, Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length), parsed.GetValue(json), ("dtype", name), ("merge", choice.ToString()));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
