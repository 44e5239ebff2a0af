using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Store;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Tests;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Tests.Storage;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker.Tests.Updates;

/// <summary>A service over a store with version 1.2.3 of a signed bundle, and a key for further versions.</summary>
internal sealed class UpdatedService : IAsyncDisposable
{
    private readonly TinyBundle made = TinyBundle.Create();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TemporaryFolder folder = new();
    private WorkerService? service;

    private UpdatedService()
    {
    }

    public string Store => folder.File("store");

    public string Stick => folder.File("stick");

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Sees each line of the log while whoever wrote it waits.</summary>
    public Action<string>? OnLog { get; set; }

    public HttpClient Client { get; private set; } = new();

    /// <summary>A store with the first version; the service is not started.</summary>
    public static async Task<UpdatedService> CreateAsync()
    {
        var created = new UpdatedService();
        var keys = Directory.CreateDirectory(Path.Combine(created.Store, BundleStore.TrustedKeysFolder)).FullName;
        Directory.CreateDirectory(created.Stick);
        await File.WriteAllTextAsync(Path.Combine(keys, "maker.pem"), created.key.ExportSubjectPublicKeyInfoPem());
        using var store = BundleStore.Open(created.Store);
        await store.InstallAsync(created.Make("1.2.3"));
        return created;
    }

    public static async Task<UpdatedService> StartAsync(Func<UpdateOptions, UpdateOptions>? change = null, IsolationOptions? isolation = null)
    {
        var created = await CreateAsync();
        await created.StartAgainAsync(change, isolation);
        return created;
    }

    public async Task StartAgainAsync(Func<UpdateOptions, UpdateOptions>? change = null, IsolationOptions? isolation = null)
    {
        var updates = new UpdateOptions { StorePath = Store, BundleName = "stories", Trial = new TrialOptions { Decisions = 300 } };
        service = await WorkerService.StartFromStoreAsync(
            new RuntimeOptions { Threads = 1 }, isolation, new WorkerOptions { Urls = ["http://127.0.0.1:0"], Updates = change?.Invoke(updates) ?? updates, Log = Note });
        Client.Dispose();
        Client = new HttpClient { BaseAddress = new Uri(service.Addresses[0]) };
    }

    private void Note(string line)
    {
        Log.Enqueue(line);
        OnLog?.Invoke(line);
    }

    public async Task StopAsync()
    {
        if (service is not null)
        {
            await service.StopAsync();
            await service.DisposeAsync();
            service = null;
        }
    }

    /// <summary>Writes a bundle.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="change">Changes its manifest.</param>
    /// <param name="signed">Whether it is signed with the trusted key.</param>
    public string Make(string version, Func<BundleManifest, BundleManifest>? change = null, bool signed = true)
    {
        using var opened = Bundle.Open(made.Path, new BundleOptions { CacheDirectory = made.Cache });
        var manifest = opened.Manifest with { Version = version, Files = [] };
        var writer = new BundleWriter(change?.Invoke(manifest) ?? manifest);
        writer.AddFile("gguf/model.gguf", opened.GetFilePath("gguf/model.gguf"), BundleFileRole.Gguf);
        var path = folder.File($"{Guid.NewGuid():N}.slmb");
        writer.Write(path, signed ? key : null);
        return path;
    }

    /// <summary>A version that never gives a label.</summary>
    public string MakeUnsure(string version) =>
        Make(version, manifest => manifest with { Task = manifest.Task with { Decision = manifest.Task.Decision with { AbstainBelow = 1 } } });

    public async Task<(HttpStatusCode Status, JsonElement Answer)> PutAsync(string file, string query = "")
    {
        using var content = new StreamContent(File.OpenRead(file));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await Client.PutAsync(new Uri("/v1/bundle" + query, UriKind.Relative), content);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()));
    }

    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await Client.GetByteArrayAsync(new Uri(path, UriKind.Relative)));

    public async Task<string> VersionAsync() => (await GetAsync("/v1/bundle")).GetProperty("version").GetString()!;

    public async Task AskAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var content = new StringContent("{\"text\":\"A dog ran.\"}", MediaTypeHeaderValue.Parse("application/json"));
            using var response = await Client.PostAsync(new Uri("/v1/classify", UriKind.Relative), content);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Waits for a state with a number of updates that are over.</summary>
    public async Task<JsonElement> WaitAsync(string state, int over)
    {
        var updates = default(JsonElement);
        await Eventually.HoldsAsync(
            async () => (updates = await GetAsync("/v1/updates")).GetProperty("state").GetString() == state && updates.GetProperty("history").GetArrayLength() == over,
            () => updates + string.Join('\n', Log));
        return updates;
    }

    public InstalledBundle Installed() => BundleStore.List(Store).Single();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        key.Dispose();
        made.Dispose();
        folder.Dispose();
    }
}
