using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Bundles.Store;

/// <summary>
/// What the store knows of one bundle name, in the file <c>active</c>. One rename replaces all of it, so that the active slot and the
/// highest version can never disagree. It outlives the removal of the bundle: the counter does not go back.
/// </summary>
internal sealed record StoreState
{
    public const string FileName = "active";
    private const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
        TypeInfoResolver = BundleJsonContext.Default,
    };

    private static readonly JsonTypeInfo<StoreState> Layout = (JsonTypeInfo<StoreState>)Json.GetTypeInfo(typeof(StoreState));

    /// <summary>The slot that runs, or <see langword="null"/> when the bundle was removed.</summary>
    public string? Active { get; init; }

    /// <summary>The highest version that was ever active.</summary>
    public string? Highest { get; init; }

    /// <summary>The slots that hold a whole version, by their folder (a, b).</summary>
    public Dictionary<string, StoreSlot> Slots { get; init => field = value ?? []; } = [];

    public string? Inactive => Slots.Keys.FirstOrDefault(slot => slot != Active);

    public static StoreState Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return new StoreState();
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MaxBytes)
            {
                throw new JsonException($"it has more than {MaxBytes} bytes");
            }

            StoreState state = JsonSerializer.Deserialize(stream, Layout) ?? throw new JsonException("it is null");
            return state.Slots is not null && state.Slots.All(slot => slot.Key is "a" or "b" && slot.Value is { Version: not null, ManifestSha256: not null })
                && (state.Active is null || state.Slots.ContainsKey(state.Active))
                ? state : throw new JsonException("it names a slot that is not there");
        }
        catch (JsonException e)
        {
            throw new BundleException($"is damaged: {e.Message}. Delete the folder and install the bundle again", folder, FileName, e);
        }
    }

    public void Write(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, Layout));
        DurableFolder.Flush(folder);
    }
}
