using System.Security.Cryptography;

namespace SlmEdge.Bundles.Store;

/// <summary>
/// The bundles of a device: for each name two slots, of which one runs, and the highest version that ever ran. A new version is checked,
/// unpacked into the other slot, flushed to the disk, tried, and made active by one rename; until then, and after an interruption at any
/// point, the old version runs. An open store holds an exclusive lock; <see cref="Resolve"/> needs none. Not thread-safe.
/// </summary>
public sealed class BundleStore : IDisposable
{
    /// <summary>The folder of a store with the keys (*.pem) of those whose bundles may be installed. If it exists, others are refused.</summary>
    public const string TrustedKeysFolder = "trusted-keys";

    private const string BundlesFolder = "bundles";

    private readonly StoreLock _lock;
    private readonly BundleOptions _options;

    private BundleStore(string path, StoreLock @lock, BundleOptions options)
    {
        StorePath = path;
        _lock = @lock;
        _options = options;
    }

    /// <summary>The store's folder.</summary>
    public string StorePath { get; }

    /// <summary>What was put right when the store was opened, in words; empty if all was well.</summary>
    public IReadOnlyList<string> Repairs { get; private set; } = [];

    /// <summary>Where the store is when nobody says: <c>SLMEDGE_STORE</c>, or a folder of the user's local application data (XDG).</summary>
    public static string DefaultPath => Environment.GetEnvironmentVariable("SLMEDGE_STORE") is { Length: > 0 } path
        ? path
        : Path.Combine(Path.GetDirectoryName(BundleCache.DefaultDirectory)!, "store");

    /// <summary>Opens a store to change it; creates it when it is absent, and clears what an interrupted installation left.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="options">Trust and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleStoreBusyException">Another process has it open.</exception>
    /// <exception cref="BundleException">The folder cannot be used.</exception>
    public static BundleStore Open(string path, BundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        return Guard(full, () =>
        {
            BundleCache.CreatePrivate(full);
            Directory.CreateDirectory(Path.Combine(full, BundlesFolder));
            var store = new BundleStore(full, StoreLock.Take(full), options ?? new BundleOptions());
            try
            {
                store.Repair();
                return store;
            }
            catch
            {
                store.Dispose();
                throw;
            }
        });
    }

    /// <summary>Finds the version of a bundle that runs: the active one, or the previous one when the active one is damaged.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="name">The bundle's name.</param>
    /// <param name="options">Trust and limits; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">There is no such bundle, or none of its versions is whole and trusted.</exception>
    public static ResolvedBundle Resolve(string path, string name, BundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Guard(path, () =>
        {
            string folder = FolderOf(Path.GetFullPath(path), name);
            StoreState state = StoreState.Read(folder);
            if (state.Active is not { } active)
            {
                throw new BundleException($"has no bundle '{name}'; 'slm-edge bundle list' shows those that it has", path);
            }

            options ??= new BundleOptions();
            string? problem = Problem(folder, state, active, options);
            if (problem is null)
            {
                return new ResolvedBundle(Path.Combine(folder, active), state.Slots[active].Version, null);
            }

            return state.Inactive is { } previous && Problem(folder, state, previous, options) is null
                ? new ResolvedBundle(
                    Path.Combine(folder, previous),
                    state.Slots[previous].Version,
                    $"version {state.Slots[active].Version} of '{name}' cannot be used ({problem}); the previous version {state.Slots[previous].Version} runs instead. Install it again")
                : throw new BundleException($"no version of '{name}' can be used: {problem}. Install it again", path);
        });
    }

    /// <summary>What the store holds, by name. Needs no lock.</summary>
    /// <param name="path">The store's folder.</param>
    /// <exception cref="BundleException">The store cannot be read.</exception>
    public static IReadOnlyList<InstalledBundle> List(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string bundles = Path.Combine(Path.GetFullPath(path), BundlesFolder);
        return !Directory.Exists(bundles) ? [] : Guard(path, () => (IReadOnlyList<InstalledBundle>)
            [.. Directory.GetDirectories(bundles).Order(StringComparer.Ordinal).Select(folder => Describe(folder, StoreState.Read(folder)))]);
    }

    /// <summary>Installs a bundle and makes it active.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a folder.</param>
    /// <param name="options">Health check and downgrades; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Stops the installation; the old version stays active.</param>
    /// <exception cref="BundleException">The bundle is refused, or the disk cannot be written; the old version stays active.</exception>
    public async Task<InstalledBundle> InstallAsync(string bundlePath, InstallOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new InstallOptions();
        try
        {
            using BundleSource source = BundleSource.Create(bundlePath);
            (BundleManifest manifest, byte[] json, byte[]? signature, _) = VerifiedBundle.ReadManifest(source, bundlePath, _options);
            string folder = FolderOf(StorePath, manifest.Name);
            StoreState state = StoreState.Read(folder);
            if (!options.AllowDowngrade && state.Highest is { } highest && BundleVersionOrder.Compare(manifest.Version, highest) < 0)
            {
                throw new BundleException($"is version {manifest.Version}, but {highest} was active here already; an older version is installed only with --allow-downgrade", bundlePath);
            }

            options.Accept?.Invoke(manifest);
            options.OnStep?.Invoke(InstallStep.Checked);
            string slot = state.Active == "a" ? "b" : "a";
            string slotFolder = Path.Combine(folder, slot);
            try
            {
                state = Release(folder, state, slot);
                options.OnStep?.Invoke(InstallStep.SlotReleased);
                Unpack(source, manifest, json, signature, bundlePath, slotFolder, options.OnStep, ct);
                options.OnStep?.Invoke(InstallStep.Unpacked);
                DurableFolder.FlushTree(slotFolder);
                DurableFolder.Flush(folder);
                options.OnStep?.Invoke(InstallStep.Flushed);
                ModelFileVerifier.Verify(slotFolder, manifest);
                options.OnStep?.Invoke(InstallStep.ModelsVerified);
                await CheckHealthAsync(options, slotFolder, bundlePath, ct).ConfigureAwait(false);
                options.OnStep?.Invoke(InstallStep.HealthChecked);
                var slots = new Dictionary<string, StoreSlot>(state.Slots) { [slot] = new(manifest.Version, Convert.ToHexStringLower(SHA256.HashData(json))) };
                state = new StoreState { Active = slot, Highest = Higher(state.Highest, manifest.Version), Slots = slots };
                state.Write(folder);
            }
            catch
            {
                if (!StoreState.Read(folder).Slots.ContainsKey(slot))
                {
                    DeleteFolder(slotFolder);
                }

                throw;
            }

            options.OnStep?.Invoke(InstallStep.Switched);
            return Describe(folder, state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"cannot be installed: {e.Message}", bundlePath, inner: e);
        }
    }

    /// <summary>Makes the version in the other slot active, whichever is newer. The highest version stays what it is.</summary>
    /// <param name="name">The bundle's name.</param>
    /// <exception cref="BundleException">There is no other version, or it is damaged.</exception>
    public InstalledBundle Rollback(string name) => Guard(StorePath, () =>
    {
        string folder = FolderOf(StorePath, name);
        StoreState state = StoreState.Read(folder);
        if (state.Inactive is not { } previous)
        {
            throw new BundleException($"has no previous version of '{name}'", StorePath);
        }

        return Switch(folder, state, previous);
    });

    /// <summary>Makes a version that lies in a slot active.</summary>
    /// <param name="name">The bundle's name.</param>
    /// <param name="version">Its version.</param>
    /// <exception cref="BundleException">The store does not hold this version, or it is damaged.</exception>
    public InstalledBundle Activate(string name, string version) => Guard(StorePath, () =>
    {
        string folder = FolderOf(StorePath, name);
        StoreState state = StoreState.Read(folder);
        string slot = state.Slots.FirstOrDefault(entry => entry.Value.Version == version).Key
            ?? throw new BundleException($"does not hold version {version} of '{name}'; it holds {(state.Slots.Count == 0 ? "none" : string.Join(", ", state.Slots.Values.Select(entry => entry.Version)))}", StorePath);
        return Switch(folder, state, slot);
    });

    /// <summary>Removes both versions of a bundle. The highest version stays known, so that an older one is still refused.</summary>
    /// <param name="name">The bundle's name.</param>
    /// <exception cref="BundleException">There is no such bundle.</exception>
    public void Remove(string name) => Guard(StorePath, () =>
    {
        string folder = FolderOf(StorePath, name);
        StoreState state = StoreState.Read(folder);
        if (state.Slots.Count == 0)
        {
            throw new BundleException($"has no bundle '{name}'", StorePath);
        }

        new StoreState { Highest = state.Highest }.Write(folder);
        DeleteFolder(Path.Combine(folder, "a"));
        DeleteFolder(Path.Combine(folder, "b"));
        return true;
    });

    /// <summary>Gives the store free.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Folders of slots that the state does not name are what an interrupted installation or removal left.</summary>
    private void Repair()
    {
        var repairs = new List<string>();
        foreach (string folder in Directory.GetDirectories(Path.Combine(StorePath, BundlesFolder)).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            StoreState state = StoreState.Read(folder);
            foreach (string entry in Directory.GetFileSystemEntries(folder).Where(entry => Path.GetFileName(entry) is var part && part != StoreState.FileName && !state.Slots.ContainsKey(part)))
            {
                if (Directory.Exists(entry))
                {
                    Directory.Delete(entry, recursive: true);
                }
                else
                {
                    File.Delete(entry);
                }

                repairs.Add($"'{name}': removed '{Path.GetFileName(entry)}', left by an interrupted change");
            }

            if (state.Active is { } active && Problem(folder, state, active, _options) is { } problem
                && state.Inactive is { } previous && Problem(folder, state, previous, _options) is null)
            {
                (state with { Active = previous }).Write(folder);
                repairs.Add($"'{name}': version {state.Slots[active].Version} cannot be used ({problem}); the previous version {state.Slots[previous].Version} is active again");
            }
        }

        Repairs = repairs;
    }

    private InstalledBundle Switch(string folder, StoreState state, string slot)
    {
        if (Problem(folder, state, slot, _options) is { } problem)
        {
            throw new BundleException($"version {state.Slots[slot].Version} cannot be used: {problem}", StorePath);
        }

        StoreState switched = state with { Active = slot };
        switched.Write(folder);
        return Describe(folder, switched);
    }

    /// <summary>First the name, then the files: a slot that the state names is always whole.</summary>
    private static StoreState Release(string folder, StoreState state, string slot)
    {
        Directory.CreateDirectory(folder);
        DurableFolder.Flush(Path.GetDirectoryName(folder)!);
        if (state.Slots.ContainsKey(slot))
        {
            state = state with { Slots = state.Slots.Where(entry => entry.Key != slot).ToDictionary() };
            state.Write(folder);
        }

        DeleteFolder(Path.Combine(folder, slot));
        return state;
    }

    private static void Unpack(
        BundleSource source, BundleManifest manifest, byte[] json, byte[]? signature, string bundle, string slot, Action<InstallStep>? onStep, CancellationToken ct)
    {
        Directory.CreateDirectory(slot);
        foreach (BundleFile file in manifest.Files)
        {
            ct.ThrowIfCancellationRequested();
            string target = Path.Combine(slot, file.Path.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using (var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                if (VerifiedBundle.CheckFile(source, file, stream) is { } problem)
                {
                    throw new BundleException(problem, bundle, file.Path);
                }

                stream.Flush(flushToDisk: true);
            }

            onStep?.Invoke(InstallStep.FileUnpacked);
        }

        WriteDurable(Path.Combine(slot, BundleManifest.FileName), json);
        if (signature is not null)
        {
            WriteDurable(Path.Combine(slot, BundleManifest.SignatureFileName), signature);
        }
    }

    private static void WriteDurable(string path, byte[] bytes)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    private static async Task CheckHealthAsync(InstallOptions options, string slot, string bundle, CancellationToken ct)
    {
        if (options.HealthCheck is not { } check)
        {
            return;
        }

        try
        {
            await check(slot, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new BundleException($"the health check failed on this device: {e.Message} The version that was active stays active", bundle, inner: e);
        }
    }

    /// <summary>Why a slot cannot run, or <see langword="null"/>: it is checked as a bundle, and has to be the one that was installed.</summary>
    private static string? Problem(string folder, StoreState state, string slot, BundleOptions options)
    {
        try
        {
            using Bundle bundle = Bundle.Open(Path.Combine(folder, slot), options);
            return bundle.ManifestSha256 == state.Slots[slot].ManifestSha256 ? null : "its manifest is not the one that was installed";
        }
        catch (BundleException e)
        {
            return e.Message;
        }
    }

    private static InstalledBundle Describe(string folder, StoreState state) => new(
        Path.GetFileName(folder),
        state.Active is { } active ? state.Slots[active].Version : null,
        state.Inactive is { } previous ? state.Slots[previous].Version : null,
        state.Highest,
        state.Active is null ? null : Path.Combine(folder, state.Active));

    private static string Higher(string? highest, string version) => highest is not null && BundleVersionOrder.Compare(highest, version) >= 0 ? highest : version;

    private static string FolderOf(string store, string name)
    {
        string? problem = name.Contains('/', StringComparison.Ordinal) ? "contains '/'" : BundlePath.Problem(name);
        return problem is null
            ? Path.Combine(store, BundlesFolder, name)
            : throw new BundleException($"the bundle's name '{name}' cannot be a folder of the store: it {problem}", store);
    }

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static T Guard<T>(string store, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(e.Message, store, inner: e);
        }
    }
}
