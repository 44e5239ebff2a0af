using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Keys;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The options that say which store is meant and whose bundles it takes.</summary>
internal sealed class StoreArguments
{
    private const string Prefix = "store:";

    private readonly Option<string?> store = new("--store") { Description = "The store's folder; default: SLMEDGE_STORE, or one of the user's local data.", HelpName = "DIR" };
    private readonly Option<string?> keys = new("--trusted-keys")
    {
        Description = "Folder with the public keys (*.pem) of those whose bundles are accepted; default: trusted-keys in the store, if it exists.",
        HelpName = "DIR",
    };

    public StoreArguments(Command command)
    {
        command.Options.Add(store);
        command.Options.Add(keys);
    }

    public string Path(ParseResult parsed) => parsed.GetValue(store) ?? BundleStore.DefaultPath;

    /// <summary>The trusted keys, or <see langword="null"/> where none were set up.</summary>
    public TrustedKeyFolder? LoadKeys(ParseResult parsed)
    {
        var inStore = System.IO.Path.Combine(Path(parsed), BundleStore.TrustedKeysFolder);
        return parsed.GetValue(keys) is { } folder ? TrustedKeyFolder.Load(folder)
            : Directory.Exists(inStore) ? TrustedKeyFolder.Load(inStore)
            : null;
    }

    public static BundleOptions Options(TrustedKeyFolder? trusted) => new() { RequireSignature = trusted is not null, TrustedKeys = trusted?.Keys ?? [] };

    /// <summary>Opens the store to change it, and tells what was put right.</summary>
    public BundleStore Open(ParseResult parsed, TrustedKeyFolder? trusted)
    {
        var opened = BundleStore.Open(Path(parsed), Options(trusted));
        foreach (var repair in opened.Repairs)
        {
            Console.Error.WriteLine($"slm-edge: {repair}");
        }

        return opened;
    }

    /// <summary>The name in <c>store:NAME</c>; null for a path.</summary>
    public static string? NameInStore(string bundle) => bundle.StartsWith(Prefix, StringComparison.Ordinal) ? bundle[Prefix.Length..] : null;

    /// <summary>The path of a bundle: what was given, or for <c>store:NAME</c> the folder of the version that runs.</summary>
    public static string Locate(string bundle)
    {
        var (path, fallback) = Find(bundle);
        if (fallback is not null)
        {
            Console.Error.WriteLine($"slm-edge: {fallback}");
        }

        return path;
    }

    /// <summary>The path of a bundle, and for <c>store:NAME</c> why another version runs than the active one; null where that is whole.</summary>
    public static (string Path, string? Fallback) Find(string bundle)
    {
        if (NameInStore(bundle) is not { } name)
        {
            return (bundle, null);
        }

        var path = BundleStore.DefaultPath;
        var keys = System.IO.Path.Combine(path, BundleStore.TrustedKeysFolder);
        using var trusted = Directory.Exists(keys) ? TrustedKeyFolder.Load(keys) : null;
        var resolved = BundleStore.Resolve(path, name, Options(trusted));
        return (resolved.Folder, resolved.Fallback);
    }
}
