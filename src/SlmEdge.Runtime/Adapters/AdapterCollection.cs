using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Runtime.Loading;
using SlmEdge.Runtime.Scheduling;

namespace SlmEdge.Runtime.Adapters;

/// <summary>
/// The LoRA adapters over the model of a runtime: loaded, replaced and unloaded while requests run. A request ends on the version that it began with, and a
/// version is freed after its last request.
/// </summary>
/// <remarks>Safe to use from several threads.</remarks>
public sealed class AdapterCollection
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim changing = new(1);
    private readonly Dictionary<string, LoadedAdapter> loaded = new(StringComparer.Ordinal);
    private readonly BundleManifest hostManifest;
    private readonly AdapterHost host;
    private readonly LoadedModel model;
    private readonly SequenceScheduler scheduler;
    private readonly RuntimeOptions options;
    private long loads;

    internal AdapterCollection(Bundle bundle, LoadedModel model, SequenceScheduler scheduler, RuntimeOptions options)
    {
        hostManifest = bundle.Manifest;
        host = new AdapterHost(bundle, model, options);
        this.model = model;
        this.scheduler = scheduler;
        this.options = options;
    }

    /// <summary>Loads an adapter, or replaces the one of its name in one step: requests that begin afterwards get the new version.</summary>
    /// <param name="path">A bundle with an adapter (<c>slm-export bundle --adapter-only</c>), or an adapter's GGUF file (<c>slm-export adapter</c>), which answers the task of the model's bundle.</param>
    /// <param name="load">Name and trust; <see langword="null"/> for the defaults.</param>
    /// <param name="ct">Gives the loading up; what ran before goes on.</param>
    /// <returns>The adapter, which can be asked for from now on.</returns>
    /// <exception cref="AdapterException">It does not belong to this model, is not signed as required, or does not decide as tested.</exception>
    /// <exception cref="BundleException">The bundle is damaged, or not signed by a trusted key.</exception>
    /// <exception cref="RuntimeException">Its task is rendered into another prompt than the tested one.</exception>
    /// <exception cref="RuntimeStoppedException">The runtime was disposed.</exception>
    public async Task<AdapterInfo> LoadAsync(string path, AdapterLoadOptions? load = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        load ??= new AdapterLoadOptions();
        await changing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var adapter = await OpenAsync(path, load, ct).ConfigureAwait(false);
            LoadedAdapter? before;
            lock (gate)
            {
                loaded.Remove(adapter.Info.Name, out before);
                loaded.Add(adapter.Info.Name, adapter);
            }

            before?.Release();
            return adapter.Info;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Takes an adapter away: nobody can begin with it any more, and it is freed after its last request.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ct">Stops waiting for its last request; it is freed all the same.</param>
    /// <returns>Ends when it is freed.</returns>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    public Task UnloadAsync(string name, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        LoadedAdapter? adapter;
        lock (gate)
        {
            if (!loaded.Remove(name, out adapter))
            {
                throw Unknown(name);
            }
        }

        adapter.Release();
        return adapter.Freed.WaitAsync(ct);
    }

    /// <summary>The adapters that can be asked for, in the order of their names.</summary>
    public IReadOnlyList<AdapterInfo> List()
    {
        lock (gate)
        {
            return [.. loaded.Values.Select(adapter => adapter.Info).OrderBy(info => info.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Holds the current version of an adapter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>What keeps it loaded; dispose it after the last request.</returns>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    public AdapterLease Begin(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (gate)
        {
            if (!loaded.TryGetValue(name, out var adapter))
            {
                throw Unknown(name);
            }

            adapter.Hold();
            return new AdapterLease(adapter);
        }
    }

    private async Task<LoadedAdapter> OpenAsync(string path, AdapterLoadOptions load, CancellationToken ct)
    {
        var package = await Task.Run(() => AdapterPackage.Open(path, load, options.CacheDirectory), ct).ConfigureAwait(false);
        var name = load.Name ?? package.Identity.Name;
        RequireName(name);
        var bytes = await Task.Run(() => host.Check(package, name, Taken(name)), ct).ConfigureAwait(false);

        // The number keeps what an earlier version left in the engine's memory apart, also one with the same name and version.
        var slot = new AdapterSlot($"{name} {package.Identity.Version} #{++loads}");
        await LoadAsync(slot, package, name).ConfigureAwait(false);
        try
        {
            var manifest = package.Manifest ?? hostManifest with { Golden = [] };
            var models = TaskModels.Create(manifest, hostManifest, model, scheduler, options, slot, new AdapterVersion(name, package.Identity.Version), null, package.Drift is not null);
            var info = new AdapterInfo
            {
                Name = name,
                Version = package.Identity.Version,
                Sha256 = package.Sha256,
                Signature = package.Signature,
                TaskName = manifest.Task.Name,
                Kind = manifest.Task.Kind,
                PromptSha256 = models.PromptSha256,
                SizeBytes = bytes,
                Labels = [.. manifest.Task.Labels.Select(label => label.Name)],
                Drift = package.Drift,
            };
            if (load.VerifyGolden)
            {
                await VerifyAsync(models, info, ct).ConfigureAwait(false);
            }

            return new LoadedAdapter(info, slot, models, scheduler);
        }
        catch
        {
            await scheduler.UnloadAdapterAsync(slot).ConfigureAwait(false);
            throw;
        }
    }

    private async Task LoadAsync(AdapterSlot slot, AdapterPackage package, string name)
    {
        try
        {
            await scheduler.LoadAdapterAsync(slot, package.FilePath).ConfigureAwait(false);
        }
        catch (EngineException error)
        {
            throw new AdapterException(AdapterRefusal.OtherShapes, $"The adapter '{name}' cannot be loaded: {error.Message}", error);
        }
    }

    private static async Task VerifyAsync(TaskModels models, AdapterInfo info, CancellationToken ct)
    {
        var golden = await models.VerifyGoldenAsync(ct).ConfigureAwait(false);
        if (golden.FirstOrDefault(result => !result.Passed) is { } failed)
        {
            throw new AdapterException(
                AdapterRefusal.GoldenExamples,
                $"The adapter '{info.Name}' {info.Version} decides {golden.Count(result => !result.Passed)} of its {golden.Count} golden examples otherwise than tested (one of '{failed.Example.Label}'). " +
                "The model here is not the one that it was tested on; the version that was loaded before stays.");
        }
    }

    private void RequireName(string name)
    {
        if (name.Length is 0 or > 200 || name.Any(char.IsControl))
        {
            throw new ArgumentException("An adapter's name has 1 to 200 characters, without control characters.", nameof(name));
        }
    }

    private long Taken(string name)
    {
        lock (gate)
        {
            if (!loaded.ContainsKey(name) && loaded.Count >= options.MaxAdapters)
            {
                throw new AdapterException(AdapterRefusal.NoRoom, $"There are {loaded.Count} adapters already, as many as are allowed (RuntimeOptions.MaxAdapters). Unload one first.");
            }

            return loaded.Values.Sum(adapter => adapter.Info.SizeBytes);
        }
    }

    private AdapterException Unknown(string name) => new(
        AdapterRefusal.UnknownName,
        $"No adapter '{name}' is loaded; {(loaded.Count == 0 ? "there is none" : $"there are {string.Join(", ", loaded.Keys.Order(StringComparer.Ordinal))}")}.");
}
