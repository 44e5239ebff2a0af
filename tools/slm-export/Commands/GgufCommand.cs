using System.CommandLine;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Weights;
using SlmEdge.ExportTool.Display;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export gguf</c>.</summary>
internal static class GgufCommand
{
    public static Command Create()
    {
        Option<string> baseModel = CommonOptions.Base();
        Option<string?> adapter = CommonOptions.Adapter();
        var type = new Option<string>("--type") { Description = "Type of the matrices: " + string.Join(", ", GgufTypes.Names) + ".", DefaultValueFactory = _ => "q8_0", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. GgufTypes.Names]);
        Option<string> output = CommonOptions.Output("The .gguf file to write.");
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("gguf", "Convert a model, merged with its adapter, to one GGUF file for llama.cpp.") { baseModel, adapter, type, output, threads, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            GgufQuantization quantization = GgufTypes.Parse(parsed.GetValue(type)!);
            string path = parsed.GetValue(output)!;
            using ModelWeights weights = ModelWeights.Open(parsed.GetValue(baseModel)!, parsed.GetValue(adapter));
            ProgressDisplay.Run("writing GGUF", progress => GgufExporter.Export(weights, path, quantization, parsed.GetValue(threads), progress, ct));
            Outcome.Written(path, new FileInfo(path).Length, parsed.GetValue(json), ("type", GgufTypes.Name(quantization)));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
