using System.CommandLine;
using System.Globalization;
using SlmEdge.Bundles;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Tuning;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary><c>slm-edge tune</c>: measures as <c>bench</c> does and writes the choice beside the bundle.</summary>
internal static class TuneCommand
{
    public static Command Create()
    {
        var command = new Command("tune", "Measures as 'bench' does and writes the fastest right setting beside the bundle (x.tune.json), where every command on this device finds it.");
        var arguments = new BenchArguments(command);
        command.SetAction(async (parsed, ct) =>
        {
            var path = arguments.Path(parsed);
            var all = await arguments.MeasureAsync(parsed, ct).ConfigureAwait(false);
            var best = Measurement.Fastest(all)
                ?? throw new RuntimeException("No model of the bundle decides all golden examples as tested on this device: nothing was written. Build a bundle with other files, or look at 'slm-edge doctor'.");
            string sha256;
            using (var bundle = Bundle.Open(path))
            {
                sha256 = bundle.ManifestSha256;
            }

            new TunedChoice
            {
                Machine = MachineFingerprint.Current,
                BundleSha256 = sha256,
                Engine = best.Engine.ToString().ToLowerInvariant(),
                File = best.File,
                Threads = best.Threads,
                BatchTokens = best.BatchTokens,
                TextsPerSecond = best.TextsPerSecond,
                OneTextMs = best.MedianMs,
                MeasuredUtc = DateTime.UtcNow,
            }.Save(path);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{TunedChoice.PathFor(path)}: {best.File}, {best.Threads} threads, {best.BatchTokens} tokens a batch ({best.TextsPerSecond:F1} texts/s, {best.MedianMs:F2} ms alone)"));
            return ExitCodes.Done;
        });
        return command;
    }
}
