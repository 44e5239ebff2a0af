using System.CommandLine;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Weights;
using SlmEdge.ExportTool.Display;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export onnx</c>.</summary>
internal static class OnnxCommand
{
    public static Command Create()
    {
        Option<string> baseModel = CommonOptions.Base();
        Option<string?> adapter = CommonOptions.Adapter();
        var precision = new Option<string>("--precision") { Description = "fp32, or int4 (MatMulNBits in blocks of 32, embedding and head in 8 bits).", DefaultValueFactory = _ => "int4", HelpName = "PRECISION" };
        precision.AcceptOnlyFromAmong("fp32", "int4");
        Option<string> output = CommonOptions.Output("The folder to write; must not exist or be empty.");
        Option<bool> asTrained = CommonOptions.AsTrained();
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("onnx", "Convert a model, merged with its adapter, to a folder for ONNX Runtime and ONNX Runtime GenAI.") { baseModel, adapter, precision, output, asTrained, maxKl, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(asTrained) && result.GetValue(adapter) is null)
            {
                result.AddError("--as-trained needs the --adapter that was trained on the base.");
            }
        });
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            string name = parsed.GetValue(precision)!;
            OnnxPrecision chosen = name == "fp32" ? OnnxPrecision.Fp32 : OnnxPrecision.Int4;
            string baseDirectory = parsed.GetValue(baseModel)!;
            string? lora = parsed.GetValue(adapter);
            (string, string)[] details;
            if (parsed.GetValue(asTrained))
            {
                ProgressDisplay.Run("writing ONNX", progress => OnnxExporter.ExportHeldBase(baseDirectory, lora!, path, progress, ct));
                details = [("precision", "as trained")];
            }
            else
            {
                MergeChoice? choice = lora is null ? null : MergeComparison.Choose(baseDirectory, lora, SafetensorsType.F32, parsed.GetValue(maxKl), ct);
                using ModelWeights weights = ModelWeights.Open(baseDirectory, lora, choice?.Into ?? MergeBase.AsTrained);
                ProgressDisplay.Run("writing ONNX", progress => OnnxExporter.Export(weights, path, chosen, progress, ct));
                details = [("precision", name), .. choice is null ? [] : new[] { ("merge", choice.ToString()) }];
            }

            Outcome.Written(path, OnnxExporter.ModelFiles(path).Sum(file => new FileInfo(file).Length), parsed.GetValue(json), details);
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
