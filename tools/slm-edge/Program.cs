using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Tools.Edge.Bench;
using SlmEdge.Tools.Edge.Bundles;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.Doctor;
using SlmEdge.Tools.Edge.Embed;
using SlmEdge.Tools.Edge.Journal;
using SlmEdge.Tools.Edge.Serve;
using SlmEdge.Tools.Edge.Service;
using SlmEdge.Tools.Edge.Write;
using SlmEdge.Worker;
using SlmEdge.Worker.Isolation;

if (args is [EngineHost.CommandName, ..])
{
    return await EngineHost.RunAsync(args).ConfigureAwait(false);
}

var root = new RootCommand("Runs small language models from SlmEdge bundles on this device, without a network.")
{
    ClassifyCommand.Create(),
    ExtractCommand.Create(),
    GenerateCommand.Create(),
    ChatCommand.Create(),
    EmbedCommand.Create(),
    ServeCommand.Create(),
    KeyCommand.Create(),
    JournalCommand.Create(),
    BundleCommand.Create(),
    BenchCommand.Create(),
    TuneCommand.Create(),
    ServiceCommand.Create(),
    DoctorCommand.Create(),
};
var program = new CommandLineProgram(
    "slm-edge",
    root,
    typeof(BundleException),
    typeof(RuntimeException),
    typeof(EngineException),
    typeof(NativeLibraryMissingException),
    typeof(ModelFormatException),
    typeof(DataFormatException),
    typeof(TaskDefinitionException),
    typeof(WorkerException));
return await program.RunAsync(args).ConfigureAwait(false);
