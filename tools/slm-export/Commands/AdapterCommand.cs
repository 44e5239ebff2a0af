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
        Option<bool> json = CommonOptions.Json();
        var command = new Command("adapter", "Convert an adapter alone to GGUF LoRA, to be loaded beside the base's GGUF.") { baseModel, adapter, output, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            GgufExporter.ExportAdapter(parsed.GetValue(baseModel)!, parsed.GetValue(adapter)!, path, ct);
            Outcome.Written(path, new FileInfo(path).Length, parsed.GetValue(json), ("type", "lora"));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
