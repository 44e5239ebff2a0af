using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Runtime.Tuning;

/// <summary>
/// The fastest right way to run a bundle on a machine, as <c>slm-edge tune</c> measured it: <c>x.tune.json</c> beside <c>x.slmb</c>. It counts only for the
/// very bundle and machine that it names.
/// </summary>
public sealed record TunedChoice
{
    /// <summary>The layout that this version writes and reads.</summary>
    public const int CurrentVersion = 1;

    private const int MaxBytes = 1 << 16;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, AllowDuplicateProperties = false, TypeInfoResolver = TuningJsonContext.Default };

    private static readonly JsonTypeInfo<TunedChoice> Layout = (JsonTypeInfo<TunedChoice>)Json.GetTypeInfo(typeof(TunedChoice));

    /// <summary>Version of the layout.</summary>
    public int FormatVersion { get; init; } = CurrentVersion;

    /// <summary>The machine (<see cref="MachineFingerprint"/>).</summary>
    public required string Machine { get; init; }

    /// <summary>SHA-256 of the bundle's manifest, lower-case hex.</summary>
    public required string BundleSha256 { get; init; }

    /// <summary><c>llama</c> or <c>onnx</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The model file in the bundle.</summary>
    public required string File { get; init; }

    /// <summary>Threads for one evaluation.</summary>
    public int Threads { get; init; }

    /// <summary>Tokens of waiting texts that are evaluated together.</summary>
    public int BatchTokens { get; init; }

    /// <summary>Texts per second that were measured.</summary>
    public double TextsPerSecond { get; init; }

    /// <summary>Median time of one text alone that was measured, in milliseconds.</summary>
    public double OneTextMs { get; init; }

    /// <summary>When it was measured.</summary>
    public DateTime MeasuredUtc { get; init; }

    /// <summary>Where the choice for a bundle stands: beside it, because nothing that is not signed for may stand in it.</summary>
    /// <param name="bundlePath">A <c>.slmb</c> file or a bundle folder.</param>
    public static string PathFor(string bundlePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundlePath));
        return (full.EndsWith(".slmb", StringComparison.OrdinalIgnoreCase) ? full[..^5] : full) + ".tune.json";
    }

    /// <summary>Reads the choice for a bundle; null when there is none, or it is of another bundle or machine.</summary>
    /// <param name="bundlePath">The bundle.</param>
    /// <param name="bundleSha256">SHA-256 of its manifest.</param>
    /// <exception cref="RuntimeException">The file is malformed.</exception>
    public static TunedChoice? Find(string bundlePath, string bundleSha256)
    {
        var path = PathFor(bundlePath);
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw Malformed(path, $"it is longer than {MaxBytes} bytes");
            }

            var choice = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), Layout) ?? throw Malformed(path, "it is empty");
            if (choice.FormatVersion != CurrentVersion || choice.Machine != MachineFingerprint.Current || choice.BundleSha256 != bundleSha256)
            {
                return null;
            }

            return choice.Threads is >= 0 and <= 512 && choice.BatchTokens is >= 1 and <= RuntimeOptions.MaxBatchTokens && choice.Engine is Loading.ModelChoice.Llama or Loading.ModelChoice.Onnx
                ? choice
                : throw Malformed(path, "engine, threads or batch tokens are out of range");
        }
        catch (JsonException e)
        {
            throw Malformed(path, e.Message, e);
        }
    }

    /// <summary>Writes the choice beside a bundle, atomically.</summary>
    /// <param name="bundlePath">The bundle.</param>
    public void Save(string bundlePath) => AtomicFile.WriteText(PathFor(bundlePath), JsonSerializer.Serialize(this, Layout) + "\n");

    /// <summary>The options with this choice in place of what they leave open.</summary>
    internal RuntimeOptions Complete(RuntimeOptions options) => options with
    {
        Engine = Engine == Loading.ModelChoice.Onnx ? EngineChoice.Onnx : EngineChoice.Llama,
        File = File,
        Threads = options.Threads == 0 ? Threads : options.Threads,
        BatchTokens = options.BatchTokens == RuntimeOptions.DefaultBatchTokens ? BatchTokens : options.BatchTokens,
    };

    private static RuntimeException Malformed(string path, string why, Exception? inner = null) =>
        new($"'{path}' cannot be read: {why}. Measure again with 'slm-edge tune', delete it, or ignore it with --no-tune.", inner!);
}
