using System.CommandLine;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Gguf;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Writing;
using SlmEdge.ExportTool.Display;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export bundle</c>.</summary>
internal static class BundleCommand
{
    private const string Description = """
        Export a run, score every stage on held-out data, and pack what a device needs.

        The bundle is refused (exit code 1) when the merged model changes a decision that was no numerical tie, or when a shipped
        file lies more than --max-loss points of accuracy below the trained model; --force makes it all the same, with a warning.
        Of a task that writes text the stages answer the rows, and field F1 (extract) or ROUGE-L (generate, chat) takes the place of accuracy.
        The recommended file is the fastest of those within half a point of the most accurate one.
        """;

    public static Command Create()
    {
        var run = new Option<string>("--run") { Description = "Folder of a finished 'slm-train sft' run.", Required = true, HelpName = "DIR" };
        var baseModel = new Option<string?>("--base") { Description = "Folder of the base model, when it has moved since the run.", HelpName = "DIR" };
        var data = new Option<string>("--data") { Description = "Held-out rows (JSON Lines or CSV) to score every stage on.", Required = true, HelpName = "FILE" };
        var gguf = new Option<string[]>("--gguf") { Description = "GGUF types to ship, separated by commas; with none of --gguf, --onnx and --as-trained: q8_0 and int4. Types: " + string.Join(", ", GgufTypes.Names) + ".", HelpName = "TYPE,…", CustomParser = ListOption.Parse, DefaultValueFactory = _ => [] };
        var onnx = new Option<string[]>("--onnx") { Description = "ONNX precisions to ship, separated by commas: int4, fp32.", HelpName = "PRECISION,…", CustomParser = ListOption.Parse, DefaultValueFactory = _ => [] };
        var asTrained = new Option<bool>("--as-trained") { Description = "Ship base and adapter apart, the base in the blocks that the adapter was trained on ('slm-train sft --quant', or a GGUF base): the device decides as the trainer did." };
        var adapterOnly = new Option<bool>("--adapter-only") { Description = "Ship the adapter alone, with its task, calibration and golden examples: a device loads it beside its base ('slm-edge serve --adapters')." };
        ListOption.AcceptOnly(gguf, GgufTypes.Names);
        ListOption.AcceptOnly(onnx, ["int4", "fp32"]);
        Option<string> output = CommonOptions.Output("The bundle to write: a .slmb file, or a folder.");
        var sign = new Option<string?>("--sign") { Description = "PEM file with a private ECDSA P-256 key.", HelpName = "FILE" };
        var valid = new Option<string?>("--valid") { Description = "Rows to calibrate the confidence on; default: the run's validation rows.", HelpName = "FILE" };
        var train = new Option<string?>("--train") { Description = "Rows to train the baselines on; default: all rows that the run used.", HelpName = "FILE" };
        var text = new Option<string?>("--text-column") { Description = "Column with the text; default: the run's.", HelpName = "NAME" };
        var label = new Option<string?>("--label-column") { Description = "Column with the label; default: the run's.", HelpName = "NAME" };
        var report = new Option<string?>("--report") { Description = "Where the report goes; default: beside the bundle.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "The bundle's name; default: the task's." };
        var version = new Option<string>("--bundle-version") { Description = "The bundle's version.", DefaultValueFactory = _ => "1.0.0", HelpName = "VERSION" };
        var maxLoss = new Option<double>("--max-loss") { Description = "Points of accuracy that a shipped file may lose.", DefaultValueFactory = _ => new ProofLimits().MaxLossPoints, HelpName = "POINTS" }.AtLeast(0);
        Option<double> maxKl = CommonOptions.MaxKl();
        var force = new Option<bool>("--force") { Description = "Make the bundle although it loses more." };
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("bundle", Description)
        {
            run, baseModel, data, gguf, onnx, asTrained, adapterOnly, output, sign, valid, train, text, label, report, name, version, maxLoss, maxKl, force, threads, json,
        };
        var smaller = new SmallerArguments(command, asTrained);
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string[] types = parsed.GetValue(gguf)!;
            string[] precisions = parsed.GetValue(onnx)!;
            if (types.Length + precisions.Length == 0 && !parsed.GetValue(asTrained) && !parsed.GetValue(adapterOnly))
            {
                types = ["q8_0"];
                precisions = ["int4"];
            }

            var request = new BundleRequest
            {
                RunDirectory = parsed.GetValue(run)!,
                BaseDirectory = parsed.GetValue(baseModel),
                DataFile = parsed.GetValue(data)!,
                ValidationFile = parsed.GetValue(valid),
                TrainFile = parsed.GetValue(train),
                TextColumn = parsed.GetValue(text),
                LabelColumn = parsed.GetValue(label),
                Gguf = [.. types.Select(GgufTypes.Parse)],
                Onnx = [.. precisions.Select(p => p == "fp32" ? OnnxPrecision.Fp32 : OnnxPrecision.Int4)],
                AsTrained = parsed.GetValue(asTrained),
                AdapterOnly = parsed.GetValue(adapterOnly),
                Smaller = smaller.Read(parsed),
                OutputPath = parsed.GetValue(output)!,
                ReportPath = parsed.GetValue(report),
                SigningKeyFile = parsed.GetValue(sign),
                Name = parsed.GetValue(name),
                Version = parsed.GetValue(version)!,
                Limits = new ProofLimits(parsed.GetValue(maxLoss)),
                MaxKl = parsed.GetValue(maxKl),
                Force = parsed.GetValue(force),
                Threads = parsed.GetValue(threads),
            };
            if (TrainedRun.Writes(request.RunDirectory))
            {
                WritingDisplay.Show(ProgressDisplay.Run("bundle", progress => new WritingBundleBuilder(request, progress).Build(ct)), parsed.GetValue(json));
                return 0;
            }

            BundleOutcome outcome = ProgressDisplay.Run("bundle", progress => new BundleBuilder(request, progress).Build(ct));
            ProofDisplay.Show(outcome, parsed.GetValue(json));
            return 0;
        }, CancellationToken.None));
        return command;
    }
}
