using System.CommandLine;
using System.CommandLine.Help;
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

// Making all commands takes longer than many a decision: where the first word names one, only that is made.
(string Name, Func<Command> Create)[] commands =
[
    ("classify", ClassifyCommand.Create),
    ("extract", ExtractCommand.Create),
    ("generate", GenerateCommand.Create),
    ("chat", ChatCommand.Create),
    ("embed", EmbedCommand.Create),
    ("serve", ServeCommand.Create),
    ("key", KeyCommand.Create),
    ("journal", JournalCommand.Create),
    ("bundle", BundleCommand.Create),
    ("bench", BenchCommand.Create),
    ("tune", TuneCommand.Create),
    ("service", ServiceCommand.Create),
    ("doctor", DoctorCommand.Create),
];
const string Purpose = "Runs small language models from SlmEdge bundles on this device, without a network.";
var named = Array.FindAll(commands, command => command.Name == args.FirstOrDefault());
var root = named.Length > 0 ? new Command("slm-edge", Purpose) : new RootCommand(Purpose);
if (named.Length > 0 && args.Any(arg => arg is "--help" or "-h" or "/h" or "-?" or "/?"))
{
    root.Options.Add(new HelpOption()); // It reads its own description from resources, which takes milliseconds.
}

foreach (var (_, create) in named.Length > 0 ? named : commands)
{
    root.Subcommands.Add(create());
}

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
