using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Export;
using SlmEdge.ExportTool.Commands;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Training;

var root = new RootCommand("Turn a trained model into what a device runs: merge, GGUF, ONNX, adapter, and a bundle that proves every stage on held-out data.")
{
    GgufCommand.Create(),
    OnnxCommand.Create(),
    AdapterCommand.Create(),
    MergeCommand.Create(),
    BundleCommand.Create(),
    FitCommand.Create(),
    VerifyCommand.Create(),
    KeygenCommand.Create(),
};
var program = new CommandLineProgram(
    "slm-export",
    root,
    typeof(ExportException),
    typeof(BundleException),
    typeof(TrainingException),
    typeof(TaskDefinitionException),
    typeof(ModelFormatException),
    typeof(DataFormatException),
    typeof(EngineException),
    typeof(NativeLibraryMissingException));
return await program.RunAsync(args).ConfigureAwait(false);
