using SlmEdge.Bundles;
using SlmEdge.Bundles.Keys;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Worker.Updates;

/// <summary>The store that the served bundle lies in, with what updates keep there beside the slots.</summary>
internal sealed class UpdateStore(UpdateOptions options, WorkerLog log)
{
    private string Folder => Path.Combine(Path.GetFullPath(options.StorePath), "updates");

    /// <summary>The record of the bundle's updates.</summary>
    public string RecordPath => Path.Combine(Folder, options.BundleName + ".json");

    /// <summary>Where files that are being received lie: on the store's file system, cleared at every start.</summary>
    public string StagingFolder => Path.Combine(Folder, "incoming-" + options.BundleName);

    /// <summary>Removes what an earlier run was receiving when it ended.</summary>
    /// <exception cref="WorkerException">The store cannot be written.</exception>
    public void ClearStaging()
    {
        try
        {
            if (Directory.Exists(StagingFolder))
            {
                Directory.Delete(StagingFolder, recursive: true);
            }

            Directory.CreateDirectory(StagingFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"The store '{options.StorePath}' cannot be written, so that no update could be taken: {error.Message} Give the service a store of its own (SLMEDGE_STORE), or serve the bundle by its path.", error);
        }
    }

    /// <summary>The keys of those whose bundles are taken, read anew for every update: some may have been added or withdrawn.</summary>
    /// <returns>The keys: the caller's to dispose; null where the store has no folder for them.</returns>
    public TrustedKeyFolder? LoadKeys() => Directory.Exists(KeyFolder) ? TrustedKeyFolder.Load(KeyFolder) : null;

    /// <inheritdoc cref="LoadKeys"/>
    /// <exception cref="UpdateException">There are none.</exception>
    public TrustedKeyFolder RequireKeys() => LoadKeys() ?? throw new UpdateException(
        UpdateRefusal.NoTrustedKeys, $"Updates are taken from known makers only: put their public keys (*.pem) into '{KeyFolder}'; 'slm-export keygen' makes a pair.");

    /// <summary>Opens the store, for as long as nobody else may change it.</summary>
    /// <exception cref="BundleStoreBusyException">Another program changes it.</exception>
    public BundleStore Open(TrustedKeyFolder? trusted) => BundleStore.Open(options.StorePath, Trust(trusted));

    /// <summary>Makes a version that is there the active one.</summary>
    /// <returns>Its folder.</returns>
    /// <exception cref="BundleException">It is not there, or not whole.</exception>
    public string Activate(string version)
    {
        using var trusted = LoadKeys();
        using var store = Open(trusted);
        return store.Activate(options.BundleName, version).ActiveFolder!;
    }

    /// <summary>The version that is to run: the active one, or the one before where that is damaged.</summary>
    /// <exception cref="BundleException">The store has no such bundle, or no version of it is whole.</exception>
    public ResolvedBundle Resolve()
    {
        using var trusted = LoadKeys();
        var resolved = BundleStore.Resolve(options.StorePath, options.BundleName, Trust(trusted));
        if (resolved.Fallback is { } fallback)
        {
            log.Write(WorkerLogLevel.Error, "version-damaged", ("detail", fallback));
        }

        return resolved;
    }

    private string KeyFolder => Path.Combine(options.StorePath, BundleStore.TrustedKeysFolder);

    private static BundleOptions Trust(TrustedKeyFolder? trusted) => new() { RequireSignature = trusted is not null, TrustedKeys = trusted?.Keys ?? [] };
}
