using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Shrinking;
using SlmEdge.Export.Weights;
using SlmEdge.ExportTool.Display;
using SlmEdge.Formats.Safetensors;

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
        Option<bool> asTrained = CommonOptions.AsTrained();
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("gguf", "Convert a model, merged with its adapter, to one GGUF file for llama.cpp.") { baseModel, adapter, type, output, asTrained, maxKl, threads, json };
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
            GgufQuantization quantization = GgufTypes.Parse(parsed.GetValue(type)!);
            string path = parsed.GetValue(output)!;
            string baseDirectory = parsed.GetValue(baseModel)!;
            string? lora = parsed.GetValue(adapter);
            if (parsed.GetValue(asTrained))
            {
                WriteAsTrained(baseDirectory, lora!, path, parsed.GetValue(json), ct);
                return 0;
            }

            using SmallerModel? smaller = smallerArguments.Create(parsed, baseDirectory, lora, path, parsed.GetValue(maxKl), null, ct);
            MergeChoice? choice = smaller is not null ? smaller.Merging
                : lora is null ? null : MergeComparison.Choose(baseDirectory, lora, Kept(quantization), parsed.GetValue(maxKl), ct);
            using ModelWeights weights = smaller is null
                ? ModelWeights.Open(baseDirectory, lora, choice?.Into ?? MergeBase.AsTrained)
                : ModelWeights.Open(smaller.Outcome.Directory);
            ProgressDisplay.Run("writing GGUF", progress => GgufExporter.Export(weights, path, quantization, parsed.GetValue(threads), progress, ct));
            (string, string)[] details = [("type", GgufTypes.Name(quantization)), .. SmallerArguments.Details(choice, smaller)];
            Outcome.Written(path, new FileInfo(path).Length, parsed.GetValue(json), details);
            return 0;
        }, CancellationToken.None));
        return command;
    }

    private static void WriteAsTrained(string baseDirectory, string adapter, string path, bool json, CancellationToken ct)
    {
        string lora = BundleManifest.AdapterPathOf(path);
        ProgressDisplay.Run("writing GGUF", progress => GgufExporter.ExportHeldBase(baseDirectory, adapter, path, progress, ct));
        GgufExporter.ExportAdapter(baseDirectory, adapter, lora, ct);
        Outcome.Written(path, new FileInfo(path).Length + new FileInfo(lora).Length, json, ("type", "as trained"), ("adapter", lora));
    }

    /// <summary>The type whose rounding a merge is measured with; what a quantiser does afterwards is measured by the bundle's proof.</summary>
    private static SafetensorsType Kept(GgufQuantization type) => type switch
    {
        GgufQuantization.F16 => SafetensorsType.F16,
        GgufQuantization.BF16 => SafetensorsType.BF16,
        _ => SafetensorsType.F32,
    };
}
