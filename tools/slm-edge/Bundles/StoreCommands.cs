using System.CommandLine;
using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Store;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary><c>slm-edge bundle install|list|activate|rollback|remove</c>: the bundles that this device keeps.</summary>
internal static class StoreCommands
{
    public static Command Install()
    {
        var command = new Command("install", "Checks a bundle, tries it on this device, and makes it the active version; the old one stays for a rollback.");
        var path = new Argument<string>("bundle") { Description = "A .slmb file or a folder." };
        var downgrade = new Option<bool>("--allow-downgrade") { Description = "Accept a version below the highest that was ever active here." };
        var store = new StoreArguments(command);
        var json = AsJson(command);
        command.Arguments.Add(path);
        command.Options.Add(downgrade);
        command.SetAction(async (parsed, ct) =>
        {
            using var trusted = store.LoadKeys(parsed);
            using var opened = store.Open(parsed, trusted);
            Show(await opened.InstallAsync(parsed.GetValue(path)!, new InstallOptions { AllowDowngrade = parsed.GetValue(downgrade), HealthCheck = CheckGoldenAsync }, ct).ConfigureAwait(false), parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command List()
    {
        var command = new Command("list", "Lists the bundles of this device.");
        var store = new StoreArguments(command);
        var json = AsJson(command);
        command.SetAction((parsed, _) =>
        {
            foreach (var bundle in BundleStore.List(store.Path(parsed)))
            {
                Show(bundle, parsed.GetValue(json));
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    public static Command Activate()
    {
        var version = new Argument<string>("version") { Description = "A version that the store holds." };
        return Change("activate", "Makes a version that the store holds the active one.", (store, name, parsed) => store.Activate(name, parsed.GetValue(version)!), version);
    }

    public static Command Rollback() => Change("rollback", "Makes the version in the other slot the active one.", (store, name, _) => store.Rollback(name));

    public static Command Remove() => Change("remove", "Removes both versions of a bundle; older ones are still refused afterwards.", (store, name, _) =>
    {
        store.Remove(name);
        return BundleStore.List(store.StorePath).First(bundle => bundle.Name == name);
    });

    private static Command Change(string verb, string description, Func<BundleStore, string, ParseResult, InstalledBundle> change, params Argument[] more)
    {
        var command = new Command(verb, description);
        var name = new Argument<string>("name") { Description = "The bundle's name." };
        command.Arguments.Add(name);
        foreach (var argument in more)
        {
            command.Arguments.Add(argument);
        }

        var store = new StoreArguments(command);
        var json = AsJson(command);
        command.SetAction((parsed, _) =>
        {
            using var trusted = store.LoadKeys(parsed);
            using var opened = store.Open(parsed, trusted);
            Show(change(opened, parsed.GetValue(name)!, parsed), parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static async Task CheckGoldenAsync(string folder, CancellationToken ct)
    {
        using (var bundle = Bundle.Open(folder))
        {
            if (bundle.Manifest.IsAdapter)
            {
                Console.Error.WriteLine("slm-edge: an adapter is tried when it is loaded beside its base; its files were checked");
                return;
            }
        }

        using var runtime = SlmRuntime.Open(folder);
        var golden = await runtime.VerifyGoldenAsync(ct).ConfigureAwait(false);
        var failed = golden.Count(result => !result.Passed);
        if (failed > 0)
        {
            throw new RuntimeException($"{failed} of {golden.Count} golden examples are decided otherwise than tested.");
        }
    }

    private static Option<bool> AsJson(Command command)
    {
        var json = new Option<bool>("--json") { Description = "For programs: one JSON object per bundle." };
        command.Options.Add(json);
        return json;
    }

    private static void Show(InstalledBundle bundle, bool json) => Console.WriteLine(json
        ? JsonSerializer.Serialize(bundle, StoreJson.Default.InstalledBundle)
        : $"{bundle.Name}  active {bundle.ActiveVersion ?? "–"}, previous {bundle.PreviousVersion ?? "–"}, highest ever {bundle.HighestVersion ?? "–"}");
}
