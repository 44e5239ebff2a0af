using System.CommandLine;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Shrinking;
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
        var precision = new Option<string>("--precision") { Description = "fp32, fp16 (half the file, computed in 32 bits), or int4 (MatMulNBits in blocks of 32, embedding and head in 8 bits).", DefaultValueFactory = _ => "int4", HelpName = "PRECISION" };
        precision.AcceptOnlyFromAmong("fp32", "fp16", "int4");
        Option<string> output = CommonOptions.Output("The folder to write; must not exist or be empty.");
        Option<bool> asTrained = CommonOptions.AsTrained();
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("onnx", "Convert a model, merged with its adapter, to a folder for ONNX Runtime and ONNX Runtime GenAI.") { baseModel, adapter, precision, output, asTrained, maxKl, json };
        var smallerArguments = new SmallerArguments(command, asTrained);
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
            OnnxPrecision chosen = Enum.Parse<OnnxPrecision>(name, ignoreCase: true);
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
                using SmallerModel? smaller = smallerArguments.Create(parsed, baseDirectory, lora, path, parsed.GetValue(maxKl), null, ct);
                MergeChoice? choice = smaller is not null ? smaller.Merging
                    : lora is null ? null : MergeComparison.Choose(baseDirectory, lora, SafetensorsType.F32, parsed.GetValue(maxKl), ct);
                using ModelWeights weights = smaller is null
                    ? ModelWeights.Open(baseDirectory, lora, choice?.Into ?? MergeBase.AsTrained)
                    : ModelWeights.Open(smaller.Outcome.Directory);
                ProgressDisplay.Run("writing ONNX", progress => OnnxExporter.Export(weights, path, chosen, progress, ct));
                details = [("precision", name), .. SmallerArguments.Details(choice, smaller)];
            }

            Outcome.Written(path, OnnxExporter.ModelFiles(path).Sum(file => new FileInfo(file).Length), parsed.GetValue(json), details);
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
