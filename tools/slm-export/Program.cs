using System.CommandLine;
using SlmEdge.ExportTool;
using SlmEdge.ExportTool.Commands;

var root = new RootCommand("Turn a trained model into what a device runs: merge, GGUF, ONNX, adapter, and a bundle that proves every stage on held-out data.")
{
    GgufCommand.Create(),
    OnnxCommand.Create(),
    AdapterCommand.Create(),
    MergeCommand.Create(),
    BundleCommand.Create(),
    VerifyCommand.Create(),
};
return await CommandRunner.RunAsync(root, args).ConfigureAwait(false);
