using System.CommandLine;
using System.CommandLine.Parsing;
using SlmEdge.Export;
using SlmEdge.Export.Shrinking;
using SlmEdge.Export.Weights;

namespace SlmEdge.ExportTool.Commands;

/// <summary>The options that leave layers and tokens out of a model.</summary>
internal sealed class SmallerArguments
{
    private readonly Option<int?> _layers = new Option<int?>("--keep-layers")
    {
        Description = "Keep as many layers; the consecutive ones that change the run's validation prompts least are dropped, or those before the last where no run is known.",
        HelpName = "N",
    }.Between(1, 4096);

    private readonly Option<string?> _corpus = new("--trim-vocab")
    {
        Description = "Keep the tokens of these texts (.jsonl, .csv, .txt), of the task and of all bytes; other texts are cut into smaller tokens.",
        HelpName = "FILE",
    };

    /// <param name="command">Gets the options.</param>
    /// <param name="asTrained">The option that ships a base in the very blocks of the training, with all its layers and tokens.</param>
    public SmallerArguments(Command command, Option<bool>? asTrained = null)
    {
        command.Options.Add(_layers);
        command.Options.Add(_corpus);
        command.Validators.Add(result =>
        {
            if (asTrained is not null && result.GetValue(asTrained) && IsAsked(result))
            {
                result.AddError("--as-trained keeps base and adapter as they are; leave --keep-layers and --trim-vocab out.");
            }
        });
    }

    /// <summary>Whether something is to be left out.</summary>
    public bool IsAsked(CommandResult result) => result.GetResult(_layers) is not null || result.GetValue(_corpus) is not null;

    public SmallerOptions Read(ParseResult parsed) => new(parsed.GetValue(_layers), parsed.GetValue(_corpus));

    /// <summary>Makes the smaller model that is asked for, or returns null.</summary>
    public SmallerModel? Create(ParseResult parsed, string baseModel, string? adapter, string output, double maxKl, IProgress<ExportProgress>? progress, CancellationToken ct) =>
        Read(parsed) is { Any: true } options ? SmallerModel.Create(baseModel, adapter, options, output, maxKl, progress, ct) : null;

    /// <summary>What was merged and left out, for the last line.</summary>
    public static (string Name, string Value)[] Details(MergeChoice? merging, SmallerModel? smaller) =>
    [
        .. merging is null ? [] : new[] { ("merge", merging.ToString()) },
        .. smaller is null ? [] : new[] { ("smaller", smaller.Outcome.Description) },
    ];
}
