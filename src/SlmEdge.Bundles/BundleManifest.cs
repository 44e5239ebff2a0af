using System.Text.Json.Serialization;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Bundles;

/// <summary>The content of <c>bundle.json</c>: what a bundle contains, what it is for, and what it scored.</summary>
public sealed record BundleManifest
{
    /// <summary>The format version that this library writes and reads.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Name of the manifest in a bundle.</summary>
    public const string FileName = "bundle.json";

    /// <summary>Name of the signature in a bundle: ECDSA P-256 with SHA-256 over the manifest's bytes, in DER.</summary>
    public const string SignatureFileName = "signature";

    /// <summary>Version of the bundle format.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>What a device needs; null for bundles that do not say.</summary>
    public BundleRequirements? Requires { get; init; }

    /// <summary>The bundle's name.</summary>
    public required string Name { get; init; }

    /// <summary>The bundle's own version.</summary>
    public required string Version { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>All files, without the manifest and the signature. <see cref="BundleWriter"/> fills it in.</summary>
    public IReadOnlyList<BundleFile> Files { get; init => field = value ?? []; } = [];

    /// <summary>The base model.</summary>
    public required BundleBase Base { get; init; }

    /// <summary>SHA-256 of the tokenizer, lower-case hex.</summary>
    public required string TokenizerSha256 { get; init; }

    /// <summary>SHA-256 of the chat template, lower-case hex, if the base has one.</summary>
    public string? TemplateSha256 { get; init; }

    /// <summary>The code of each label; empty when labels are scored by name.</summary>
    public IReadOnlyList<LabelCode> Codes { get; init => field = value ?? []; } = [];

    /// <summary><see cref="ClassificationPrompt.Sha256"/> at export: the device renders the same prompt or refuses the bundle.</summary>
    public string? PromptSha256 { get; init; }

    /// <summary>Calibration of the scores.</summary>
    public BundleCalibration Calibration { get; init => field = value ?? new(); } = new();

    /// <summary>What every stage scored on the held-out data.</summary>
    public IReadOnlyList<StageScore> Scores { get; init => field = value ?? []; } = [];

    /// <summary>Examples with known decisions.</summary>
    public IReadOnlyList<GoldenExample> Golden { get; init => field = value ?? []; } = [];

    /// <summary>Which file to run when the user does not say.</summary>
    public BundleRecommendation? Recommended { get; init; }

    /// <summary>Whether the bundle holds an adapter and no model: it runs beside the model of another bundle.</summary>
    [JsonIgnore]
    public bool IsAdapter => Files.Any(file => file.Role == BundleFileRole.Adapter) && !Files.Any(file => file.Role is BundleFileRole.Gguf or BundleFileRole.Onnx);

    /// <summary>Where the adapter of a GGUF file stands, if it has one: beside the file, under its name with <c>.lora.gguf</c>.</summary>
    /// <param name="ggufPath">Path of the GGUF file.</param>
    public static string AdapterPathOf(string ggufPath) => Path.ChangeExtension(ggufPath, ".lora.gguf");

    /// <summary>The adapter that belongs onto a GGUF file of the bundle, or null.</summary>
    /// <param name="ggufPath">Path of the GGUF file in the bundle.</param>
    public BundleFile? FindAdapter(string ggufPath) =>
        Files.FirstOrDefault(file => file.Role == BundleFileRole.Adapter && file.Path == AdapterPathOf(ggufPath));

    /// <summary>Reads a manifest.</summary>
    /// <param name="utf8">The bytes of <c>bundle.json</c>.</param>
    /// <param name="bundle">What errors call the bundle.</param>
    /// <exception cref="BundleException">It is malformed, inconsistent or of another format version.</exception>
    /// <exception cref="BundleRequirementException">It needs a newer program.</exception>
    public static BundleManifest Parse(ReadOnlyMemory<byte> utf8, string? bundle = null) => BundleManifestJson.Parse(utf8, bundle);

    /// <summary>The bytes of <c>bundle.json</c>.</summary>
    public byte[] ToUtf8() => BundleManifestJson.Write(this);
}
