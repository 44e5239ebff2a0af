using System.CommandLine;
using SlmEdge.Export.Shrinking;
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
        var adapter = new Option<string?>("--adapter") { Description = "Folder of the LoRA adapter (PEFT layout); may be left out where only layers or tokens are.", HelpName = "DIR" };
        var type = new Option<string>("--dtype") { Description = "f32 (the same function as base and adapter), bf16 or f16 (every weight rounded).", DefaultValueFactory = _ => "f32", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong("f32", "bf16", "f16");
        Option<string> output = CommonOptions.Output("The model folder to write; must not exist or be empty.");
        Option<double> maxKl = CommonOptions.MaxKl();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("merge", "Add an adapter to its base and write one model in Hugging Face's layout.") { baseModel, adapter, type, output, maxKl, json };
        var smallerArguments = new SmallerArguments(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(adapter) is null && !smallerArguments.IsAsked(result))
            {
                result.AddError("--adapter names what is merged; without it there must be --keep-layers or --trim-vocab.");
            }
        });
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(output)!;
            string name = parsed.GetValue(type)!;
            SafetensorsType dtype = Enum.Parse<SafetensorsType>(name, ignoreCase: true);
            if (smallerArguments.Read(parsed) is { Any: true })
            {
                return WriteSmaller(smallerArguments, parsed, parsed.GetValue(baseModel)!, parsed.GetValue(adapter), parsed.GetResult(type) is { Implicit: false } ? dtype : null, path, parsed.GetValue(maxKl), parsed.GetValue(json), ct);
            }

            MergeChoice choice = MergeComparison.Choose(parsed.GetValue(baseModel)!, parsed.GetValue(adapter)!, dtype, parsed.GetValue(maxKl), ct);
            ProgressDisplay.Run("merging", progress => ModelMerger.Write(parsed.GetValue(baseModel)!, parsed.GetValue(adapter)!, path, dtype, choice.Into, progress, ct));
            Outcome.Written(path, Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length), parsed.GetValue(json), ("dtype", name), ("merge", choice.ToString()));
            return 0;
        }, CancellationToken.None));
        return command;
    }

    /// <summary>The types stay as they were stored, or F32 where an adapter was added, unless one was named.</summary>
    private static int WriteSmaller(
        SmallerArguments arguments, ParseResult parsed, string baseModel, string? adapter, SafetensorsType? type, string path, double maxKl, bool json, CancellationToken ct)
    {
        using SmallerModel smaller = arguments.Create(parsed, baseModel, adapter, path, maxKl, null, ct)!;
        smaller.MoveTo(path, type, ct);
        Outcome.Written(path, Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length), json, SmallerArguments.Details(smaller.Merging, smaller));
        return 0;
    }
}
