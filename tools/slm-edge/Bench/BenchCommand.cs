using System.CommandLine;
using System.Globalization;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary><c>slm-edge bench</c>: the speed of every model in a bundle on this device.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measures every model in a bundle on this device over threads and batch sizes, and recommends the fastest whose golden examples pass.");
        var arguments = new BenchArguments(command);
        command.SetAction(async (parsed, ct) =>
        {
            var all = await arguments.MeasureAsync(parsed, ct).ConfigureAwait(false);
            Console.WriteLine(Measurement.Fastest(all) is { } best
                ? string.Create(CultureInfo.InvariantCulture, $"fastest: --file {best.File} --threads {best.Threads} --batch-tokens {best.BatchTokens}; 'slm-edge tune' makes it the bundle's setting on this device")
                : "no model decides all golden examples as tested: none is recommended on this device");
            return ExitCodes.Done;
        });
        return command;
    }
}
