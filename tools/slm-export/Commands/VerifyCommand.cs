using System.CommandLine;
using SlmEdge.Export.Bundling;
using SlmEdge.ExportTool.Display;
using SlmEdge.Tasks.Data;

namespace SlmEdge.ExportTool.Commands;

/// <summary><c>slm-export verify</c>.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Check a bundle's hashes, score its files again, and compare with the scores that it carries.

        Exit code 1 when an accuracy differs by more than half a point on as many rows, or when a golden example is decided otherwise.
        """;

    public static Command Create()
    {
        var bundle = new Option<string>("--bundle") { Description = "The bundle: a .slmb file, or a folder.", Required = true, HelpName = "PATH" };
        var data = new Option<string>("--data") { Description = "Labelled rows (JSON Lines or CSV).", Required = true, HelpName = "FILE" };
        var run = new Option<string?>("--run") { Description = "The run that the bundle was made of: compares every decision with the trained model.", HelpName = "DIR" };
        var baseModel = new Option<string?>("--base") { Description = "Folder of the base model, when it has moved since the run.", HelpName = "DIR" };
        var key = new Option<string?>("--key") { Description = "PEM file with the public key that must have signed the bundle.", HelpName = "FILE" };
        var text = new Option<string>("--text-column") { Description = "Column with the text.", DefaultValueFactory = _ => new ReaderOptions().TextColumn, HelpName = "NAME" };
        var label = new Option<string>("--label-column") { Description = "Column with the label.", DefaultValueFactory = _ => new ReaderOptions().LabelColumn, HelpName = "NAME" };
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", Description) { bundle, data, run, baseModel, key, text, label, threads, json };
        command.SetAction((parsed, ct) => Task.Run(() =>
        {
            TrainedRun? trained = parsed.GetValue(run) is { } directory ? TrainedRun.Open(directory, parsed.GetValue(baseModel)) : null;
            var columns = new ReaderOptions { TextColumn = parsed.GetValue(text)!, LabelColumn = parsed.GetValue(label)! };
            BundleVerification verification = ProgressDisplay.Run("verify", progress => BundleVerifier.Verify(
                parsed.GetValue(bundle)!, parsed.GetValue(data)!, columns, trained, parsed.GetValue(key), parsed.GetValue(threads), progress, ct));
            VerificationDisplay.Show(verification, parsed.GetValue(json));
            return verification.Passed ? 0 : 1;
        }, CancellationToken.None));
        return command;
    }
}
