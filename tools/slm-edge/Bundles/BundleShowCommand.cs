using System.CommandLine;
using System.Globalization;
using SlmEdge.Bundles;
using SlmEdge.Tools.Edge.CommandLine;
using Spectre.Console;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary><c>slm-edge bundle show</c>: name, files and scores.</summary>
internal static class BundleShowCommand
{
    public static Command Create()
    {
        var command = new Command("show", "Shows what a bundle contains and what each stage scored.");
        var path = new Argument<string>("bundle") { Description = "A .slmb file, a folder, or store:NAME for an installed one." };
        var asJson = new Option<bool>("--json") { Description = "Prints the manifest." };
        command.Arguments.Add(path);
        command.Options.Add(asJson);
        command.SetAction((parsed, _) =>
        {
            using var bundle = Bundle.Open(StoreArguments.Locate(parsed.GetValue(path)!));
            if (parsed.GetValue(asJson))
            {
                using var output = Console.OpenStandardOutput();
                output.Write(bundle.Manifest.ToUtf8());
                output.Write("\n"u8);
            }
            else
            {
                Show(bundle);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Show(Bundle bundle)
    {
        var manifest = bundle.Manifest;
        Console.WriteLine($"{manifest.Name} {manifest.Version}, made {manifest.CreatedUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, signature: {bundle.Signature.ToString().ToLowerInvariant()}");
        Console.WriteLine($"Task: {TerminalText.OneLine(manifest.Task.Name)} ({manifest.Task.Kind.ToString().ToLowerInvariant()}, {manifest.Task.Labels.Count} labels): {TerminalText.OneLine(manifest.Task.Instruction)}");
        Console.WriteLine($"Base: {TerminalText.OneLine(manifest.Base.Name)}");
        Console.WriteLine(FormattableString.Invariant($"Temperature {manifest.Calibration.Temperature:0.000}, {manifest.Golden.Count} golden examples, recommended: {manifest.Recommended?.File ?? "nothing"}"));
        if (manifest.Requires is { } requires)
        {
            (string Name, string? Version)[] needed = [("SlmEdge", requires.SlmEdge), ("llama.cpp", requires.Llama), ("ONNX Runtime", requires.Onnx)];
            Console.WriteLine($"Needs {string.Join(", ", needed.Where(one => one.Version is not null).Select(one => $"{one.Name} {one.Version}"))} or newer");
        }

        var files = ConsoleTable.Create("File", "Role", "Size");
        foreach (var file in manifest.Files)
        {
            files.AddRow(Markup.Escape(file.Path), file.Role.ToString().ToLowerInvariant(), file.Size.ToString("n0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(files);
        if (manifest.Scores.Count == 0)
        {
            return;
        }

        var scores = ConsoleTable.Create("Stage", "Engine", "Precision", "Accuracy", "Macro F1", "Mean KL", "Changed", "Size", "Texts/s");
        foreach (var score in manifest.Scores)
        {
            scores.AddRow(
                Markup.Escape(TerminalText.OneLine(score.Stage)),
                Markup.Escape(TerminalText.OneLine(score.Engine)),
                Markup.Escape(TerminalText.OneLine(score.Precision)),
                score.Accuracy.ToString("0.0000", CultureInfo.InvariantCulture),
                score.MacroF1.ToString("0.0000", CultureInfo.InvariantCulture),
                score.MeanKl?.ToString("0.00e+0", CultureInfo.InvariantCulture) ?? "–",
                score.ChangedDecisions?.ToString(CultureInfo.InvariantCulture) ?? "–",
                score.SizeBytes.ToString("n0", CultureInfo.InvariantCulture),
                score.TextsPerSecond.ToString("0.0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(scores);
    }
}
