using System.CommandLine;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Weights;
using SlmEdge.ExportTool.Display;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export onnx</c>.</summary>
internal static class OnnxCommand
{
    public static Command Create()
    {
        Option<string> baseModel = CommonOptions.Base();
        Option<string?> adapter = CommonOptions.Adapter();
        var precision = new Option<string>("--precision") { Description = "fp32, fp16 (half the file, computed in 32 bits), or int4 (MatMulNBits in blocks of 32, embedding and head in 8 bits).", DefaultValueFactory = _ => "int4", HelpName = "PRECISION" };
        precision.AcceptOnlyFromAmong("fp32", "fp16", "int4");
        Option<string> output = CommonOptions.Output("The folder to write; must not exist or be empty.");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("onnx", "Convert a model, merged with its adapter, to a folder for ONNX Runtime and ONNX Runtime GenAI.") { baseModel, adapter, precision, output, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            string name = parsed.GetValue(precision)!;
            var chosen = Enum.Parse<OnnxPrecision>(name, ignoreCase: true);
            using ModelWeights weights = ModelWeights.Open(parsed.GetValue(baseModel)!, parsed.GetValue(adapter));
            ProgressDisplay.Run("writing ONNX", progress => OnnxExporter.Export(weights, path, chosen, progress, ct));
            Outcome.Written(path, OnnxExporter.ModelFiles(path).Sum(file => new FileInfo(file).Length), parsed.GetValue(json), ("precision", name));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
