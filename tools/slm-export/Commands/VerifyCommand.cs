using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Writing;
using SlmEdge.ExportTool.Display;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export verify</c>.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Check a bundle's hashes, score its files again, and compare with the scores that it carries.

        Exit code 1 when a score differs by more than half a point on as many rows, or when a golden example is decided or written otherwise.
        An adapter that ships alone is scored beside the base of another bundle (--beside).
        """;

    public static Command Create()
    {
        var bundle = new Option<string>("--bundle") { Description = "The bundle: a .slmb file, or a folder.", Required = true, HelpName = "PATH" };
        var data = new Option<string>("--data") { Description = "Rows with labels, or with wanted answers (JSON Lines or CSV).", Required = true, HelpName = "FILE" };
        var run = new Option<string?>("--run") { Description = "The run that the bundle was made of: compares every decision with the trained model.", HelpName = "DIR" };
        var baseModel = new Option<string?>("--base") { Description = "Folder of the base model, when it has moved since the run.", HelpName = "DIR" };
        var beside = new Option<string?>("--beside") { Description = "For a bundle that holds an adapter alone: the bundle with its base, built with --as-trained.", HelpName = "PATH" };
        var key = new Option<string?>("--key") { Description = "PEM file with the public key that must have signed the bundle.", HelpName = "FILE" };
        var text = new Option<string>("--text-column") { Description = "Column with the text.", DefaultValueFactory = _ => new ReaderOptions().TextColumn, HelpName = "NAME" };
        var label = new Option<string>("--label-column") { Description = "Column with the label.", DefaultValueFactory = _ => new ReaderOptions().LabelColumn, HelpName = "NAME" };
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", Description) { bundle, data, run, baseModel, beside, key, text, label, threads, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            string path = parsed.GetValue(bundle)!;
            var columns = new ReaderOptions { TextColumn = parsed.GetValue(text)!, LabelColumn = parsed.GetValue(label)! };
            if (Writes(path))
            {
                TrainedRun? wrote = parsed.GetValue(run) is { } written ? TrainedRun.OpenWriting(written, parsed.GetValue(baseModel)) : null;
                WritingVerification answers = ProgressDisplay.Run("verify", progress => WritingBundleVerifier.Verify(
                    path, parsed.GetValue(data)!, columns, wrote, parsed.GetValue(key), parsed.GetValue(beside), parsed.GetValue(threads), progress, ct));
                WritingDisplay.Show(answers, parsed.GetValue(json));
                return answers.Passed ? 0 : 1;
            }

            TrainedRun? trained = parsed.GetValue(run) is { } directory ? TrainedRun.Open(directory, parsed.GetValue(baseModel)) : null;
            BundleVerification verification = ProgressDisplay.Run("verify", progress => BundleVerifier.Verify(
                path, parsed.GetValue(data)!, columns, trained, parsed.GetValue(key), parsed.GetValue(beside), parsed.GetValue(threads), progress, ct));
            VerificationDisplay.Show(verification, parsed.GetValue(json));
            return verification.Passed ? 0 : 1;
        }, CancellationToken.None));
        return command;
    }

    private static bool Writes(string path)
    {
        using Bundle bundle = Bundle.Open(path);
        return bundle.Manifest.Task.Kind != TaskKind.Classify;
    }
}
