using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary><c>slm-edge bundle verify</c>: every file against its hash, then the golden examples on this device.</summary>
internal static class BundleVerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Checks every file of a bundle against its hash, and that this device decides its golden examples as tested.");
        var path = new Argument<string>("bundle") { Description = "A .slmb file, a folder, or store:NAME for an installed one." };
        var filesOnly = new Option<bool>("--files-only") { Description = "Leave the golden examples out: no model is loaded." };
        var engine = new Option<string>("--engine") { Description = "llama, onnx, or auto.", DefaultValueFactory = _ => "auto" };
        engine.AcceptOnlyFromAmong("auto", "llama", "onnx");
        command.Arguments.Add(path);
        command.Options.Add(filesOnly);
        command.Options.Add(engine);
        command.SetAction(async (parsed, ct) =>
        {
            var (bundle, damaged) = StoreArguments.Find(parsed.GetValue(path)!);
            if (damaged is not null)
            {
                await Console.Error.WriteLineAsync($"error: {damaged}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }

            var files = Bundle.VerifyAll(bundle);
            foreach (var check in files)
            {
                Console.WriteLine(check.Problem is null ? $"ok      {check.File.Path}" : $"broken  {check.File.Path}: {check.Problem}");
            }

            var broken = files.Count(check => check.Problem is not null);
            if (broken > 0)
            {
                await Console.Error.WriteLineAsync($"error: {broken} of {files.Count} files of {bundle} are broken; get the bundle again").ConfigureAwait(false);
                return ExitCodes.Failed;
            }

            if (parsed.GetValue(filesOnly))
            {
                return ExitCodes.Done;
            }

            using (var opened = Bundle.Open(bundle))
            {
                if (opened.Manifest.IsAdapter)
                {
                    Console.WriteLine("The bundle holds an adapter and no model: its golden examples are decided when it is loaded beside its base (--adapter).");
                    return ExitCodes.Done;
                }
            }

            var choice = parsed.GetValue(engine) switch { "llama" => EngineChoice.Llama, "onnx" => EngineChoice.Onnx, _ => EngineChoice.Auto };
            using var runtime = SlmRuntime.Open(bundle, new RuntimeOptions { Engine = choice });
            var golden = await runtime.VerifyGoldenAsync(ct).ConfigureAwait(false);
            var failed = golden.Where(result => !result.Passed).ToList();
            foreach (var result in failed)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"differs '{TerminalText.OneLine(result.Example.Text)}': tested {result.Example.Label} {result.Example.Probability:0.0000}, here {result.Answer}, {result.Example.Label} {result.Probability:0.0000}"));
            }

            Console.WriteLine($"{golden.Count - failed.Count} of {golden.Count} golden examples are decided as tested ({runtime.File} on {runtime.EngineInfo.Name})");
            if (failed.Count > 0)
            {
                await Console.Error.WriteLineAsync("error: this device does not compute what was tested; see 'slm-edge doctor'").ConfigureAwait(false);
                return ExitCodes.Failed;
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
