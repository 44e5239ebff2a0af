using System.CommandLine;
using SlmEdge.Runtime;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The options that every command with a model has.</summary>
internal sealed class RuntimeArguments
{
    public Option<string> Bundle { get; } = new("--bundle") { Description = "The bundle: a .slmb file, a folder, or store:NAME for an installed one.", Required = true, HelpName = "x.slmb" };

    public Option<string> Engine { get; } = new("--engine") { Description = "llama, onnx, or auto for the one that the bundle recommends.", DefaultValueFactory = _ => "auto" };

    public Option<string?> File { get; } = new("--file") { Description = "The model file in the bundle, instead of the recommended one." };

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads for one evaluation; 0 for one per physical core." };

    public Option<int?> GpuLayers { get; } = new("--gpu-layers") { Description = "Layers that a GPU computes: 0 for none, -1 for all; without it all, where the engine finds a GPU." };

    public Option<int> Context { get; } = new("--context") { Description = "Tokens of instruction, text and answer together; 0 for what the model was made for." };

    public Option<int> BatchTokens { get; } = new("--batch-tokens") { Description = "Tokens of waiting texts that are evaluated together.", DefaultValueFactory = _ => new RuntimeOptions().BatchTokens };

    public Option<double?> AbstainBelow { get; } = new("--abstain-below") { Description = "Probability below which the answer is an abstention, instead of the task's own." };

    public Option<double?> LabelThreshold { get; } = new("--label-threshold") { Description = "Give every label of at least this probability, for texts with any number of labels." };

    public Option<double?> Coverage { get; } = new("--coverage") { Description = "Add the set of labels that holds the true one for this share of texts, for example 0.9." };

    public Option<bool> Truncate { get; } = new("--truncate") { Description = "Cut texts that do not fit the context instead of refusing them." };

    public Option<bool> NoTune { get; } = new("--no-tune") { Description = "Ignore what 'slm-edge tune' left beside the bundle." };

    public Option<string?> Cache { get; } = new("--cache") { Description = "Folder for the unpacked files of bundles, instead of the user's cache folder." };

    private readonly bool decides;

    /// <param name="command">The command.</param>
    /// <param name="decides">Whether it gives labels, which can be abstained from.</param>
    public RuntimeArguments(Command command, bool decides = true)
    {
        this.decides = decides;
        Engine.AcceptOnlyFromAmong("auto", "llama", "onnx");
        Threads.InThreads();
        GpuLayers.Between(-1, 10_000);
        Context.AtLeast(0);
        BatchTokens.Between(1, RuntimeOptions.MaxBatchTokens);
        AbstainBelow.Between(0, 1);
        LabelThreshold.Between(0.001, 0.999);
        Coverage.Between(0.001, 0.999);
        foreach (var option in new Option[] { Bundle, Engine, File, Threads, GpuLayers, Context, BatchTokens, Truncate, NoTune, Cache }.Concat(decides ? [AbstainBelow, LabelThreshold, Coverage] : []))
        {
            command.Options.Add(option);
        }
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="oneText">Whether there is one text only: no memory for others is set aside.</param>
    public SlmRuntime Open(ParseResult parsed, bool oneText = false)
    {
        var options = Read(parsed);
        var runtime = SlmRuntime.Open(StoreArguments.Locate(parsed.GetValue(Bundle)!), oneText ? options with { BatchTexts = 1 } : options);
        if (runtime.EngineInfo.DescribeGpuProblem() is { } problem)
        {
            Console.Error.WriteLine($"warning: {problem}");
        }

        return runtime;
    }

    public RuntimeOptions Read(ParseResult parsed) => new()
    {
        Engine = parsed.GetValue(Engine) switch { "llama" => EngineChoice.Llama, "onnx" => EngineChoice.Onnx, _ => EngineChoice.Auto },
        File = parsed.GetValue(File),
        Threads = parsed.GetValue(Threads),
        GpuLayers = parsed.GetValue(GpuLayers),
        ContextLength = parsed.GetValue(Context),
        BatchTokens = parsed.GetValue(BatchTokens),
        AbstainBelow = decides ? parsed.GetValue(AbstainBelow) : null,
        LabelThreshold = decides ? parsed.GetValue(LabelThreshold) : null,
        Coverage = decides ? parsed.GetValue(Coverage) : null,
        LongTexts = parsed.GetValue(Truncate) ? LongTextPolicy.Truncate : LongTextPolicy.Refuse,
        UseTuning = !parsed.GetValue(NoTune),
        CacheDirectory = parsed.GetValue(Cache),
    };
}
