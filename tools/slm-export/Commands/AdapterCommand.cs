using System.CommandLine;
using SlmEdge.Export.Gguf;
using SlmEdge.ExportTool.Display;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export adapter</c>.</summary>
internal static class AdapterCommand
{
    public static Command Create()
    {
        Option<string> baseModel = CommonOptions.Base();
        var adapter = new Option<string>("--adapter") { Description = "Folder of the LoRA adapter (PEFT layout).", Required = true, HelpName = "DIR" };
        Option<string> output = CommonOptions.Output("The .gguf file to write.");
        var name = new Option<string?>("--name") { Description = "The adapter's name on the device; default: the run's task, or the folder." };
        var version = new Option<string>("--adapter-version") { Description = "The adapter's version.", DefaultValueFactory = _ => "1.0.0", HelpName = "VERSION" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("adapter", "Convert an adapter alone to GGUF LoRA, which a device loads beside the base's GGUF ('slm-edge classify --adapter').") { baseModel, adapter, output, name, version, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            string from = parsed.GetValue(baseModel)!;
            string folder = parsed.GetValue(adapter)!;
            GgufExporter.ExportAdapter(from, folder, path, AdapterIdentity.Of(from, folder, parsed.GetValue(name), parsed.GetValue(version)!), ct);
            Outcome.Written(path, new FileInfo(path).Length, parsed.GetValue(json), ("type", "lora"));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
