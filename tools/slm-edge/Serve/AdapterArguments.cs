using System.CommandLine;
using System.Globalization;
using SlmEdge.Bundles.Keys;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker.Adapters;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary>The options of a service with adapters.</summary>
internal sealed class AdapterArguments
{
    private readonly Option<string?> folder = new("--adapters")
    {
        Description = "Folder of adapters (bundles with one, .gguf files): all are loaded at the start, and PUT /v1/adapters/NAME may load from there.",
        HelpName = "DIR",
    };

    private readonly Option<string?> keys = new("--adapter-keys") { Description = "Folder with the public keys (*.pem) of those whose adapters are accepted.", HelpName = "DIR" };

    private readonly Option<string?> split = new("--split")
    {
        Description = "Share requests with a \"key\" out among adapters by weight; the bundle's own model is written without a name, as in billing=90,=10.",
        HelpName = "NAME=WEIGHT,…",
    };

    private readonly Option<string> salt = new("--split-salt") { Description = "Another text shares the keys out anew.", DefaultValueFactory = _ => "" };

    public AdapterArguments(Command command)
    {
        foreach (var option in new Option[] { folder, keys, split, salt })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The trusted keys, or <see langword="null"/> where none were named; they live as long as the service.</summary>
    public TrustedKeyFolder? LoadKeys(ParseResult parsed) => parsed.GetValue(keys) is { } path ? TrustedKeyFolder.Load(path) : null;

    /// <exception cref="UsageException">The folder does not exist, or the shares are none.</exception>
    public AdapterServing Read(ParseResult parsed, TrustedKeyFolder? trusted)
    {
        var path = parsed.GetValue(folder);
        return path is null || Directory.Exists(path)
            ? new AdapterServing { Folder = path, TrustedKeys = trusted?.Keys ?? [], Split = Split(parsed) }
            : throw new UsageException($"--adapters '{path}' does not exist");
    }

    /// <summary>Loads the folder's adapters, and checks that the split names adapters that there are.</summary>
    public static async Task LoadAsync(SlmRuntime runtime, AdapterServing serving, CancellationToken ct)
    {
        foreach (var file in serving.List())
        {
            var loaded = await runtime.Adapters.LoadAsync(file, new AdapterLoadOptions { TrustedKeys = serving.TrustedKeys }, ct).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"slm-edge serve: adapter {loaded.Name} {loaded.Version} ({Path.GetFileName(file)})").ConfigureAwait(false);
        }

        foreach (var name in serving.Split?.Weights.Keys.Where(name => name != AdapterSplit.Model) ?? [])
        {
            using var lease = runtime.Adapters.Begin(name);
        }
    }

    private AdapterSplit? Split(ParseResult parsed)
    {
        if (parsed.GetValue(split) is not { } text)
        {
            return null;
        }

        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var share in text.Split(','))
        {
            var at = share.LastIndexOf('=');
            if (at < 0 || !double.TryParse(share[(at + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                || !weights.TryAdd(share[..at].Trim(), weight))
            {
                throw new UsageException($"--split has to be shares such as billing=90,=10, each name once, not '{text}'");
            }
        }

        try
        {
            return new AdapterSplit(weights, parsed.GetValue(salt)!);
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"--split: {error.Message}", error);
        }
    }
}
