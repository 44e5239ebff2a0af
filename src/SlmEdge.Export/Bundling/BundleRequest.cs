using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Onnx;
using SlmEdge.Export.Proof;
using SlmEdge.Training.Shrinking;

namespace SlmEdge.Export.Bundling;

/// <summary>What a bundle is to be made of.</summary>
public sealed record BundleRequest
{
    /// <summary>The training run.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The base model; null takes the path that the run remembers. Its hash must be the run's.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>Held-out rows to score the stages on.</summary>
    public required string DataFile { get; init; }

    /// <summary>Rows to calibrate on; null takes the run's validation rows.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Rows to train the baselines on; null takes all rows that the run used, for training and validation.</summary>
    public string? TrainFile { get; init; }

    /// <summary>Column with the text; null takes the run's.</summary>
    public string? TextColumn { get; init; }

    /// <summary>Column with the label; null takes the run's.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>GGUF files to ship.</summary>
    public IReadOnlyList<GgufQuantization> Gguf { get; init; } = [];

    /// <summary>
    /// Whether to ship the run as it was trained: base and adapter apart, the base in the blocks that the trainer held (<c>--quant</c>, or a GGUF base).
    /// </summary>
    public bool AsTrained { get; init; }

    /// <summary>Whether to ship the adapter alone, for devices that have its base: another bundle, shipped as trained. Excludes all model files.</summary>
    public bool AdapterOnly { get; init; }

    /// <summary>What is left out of the model before it is exported.</summary>
    public Shrinking.SmallerOptions Smaller { get; init; } = new(null, null);

    /// <summary>A smaller model that was made before, of the same run; null makes it as <see cref="Smaller"/> says.</summary>
    internal ShrinkOutcome? Prepared { get; init; }

    /// <summary>ONNX folders to ship.</summary>
    public IReadOnlyList<OnnxPrecision> Onnx { get; init; } = [];

    /// <summary>The bundle: a <c>.slmb</c> file or a folder.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Where the report goes besides into the bundle; null puts it beside the bundle.</summary>
    public string? ReportPath { get; init; }

    /// <summary>PEM file with a private ECDSA P-256 key to sign with, or null.</summary>
    public string? SigningKeyFile { get; init; }

    /// <summary>The bundle's name; null takes the task's.</summary>
    public string? Name { get; init; }

    /// <summary>The bundle's version.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>What an export may lose.</summary>
    public ProofLimits Limits { get; init; } = new();

    /// <summary>How far a merged model may diverge from the trained one, in nats (<see cref="Weights.MergeComparison"/>).</summary>
    public double MaxKl { get; init; } = Weights.MergeComparison.DefaultMaxKl;

    /// <summary>Whether a bundle is made although the limits are broken.</summary>
    public bool Force { get; init; }

    /// <summary>Threads of engines and quantiser; 0 leaves the choice to them.</summary>
    public int Threads { get; init; }

    /// <summary>Where the report goes besides into a bundle.</summary>
    internal string ReportPathFor(string output) => ReportPath ?? Path.Combine(Path.GetDirectoryName(output)!, Path.GetFileNameWithoutExtension(output) + ".report.html");

    /// <summary>Refuses requests for nothing, and for what cannot be had together.</summary>
    /// <exception cref="ExportException">The request contradicts itself.</exception>
    internal void Check()
    {
        if (Gguf.Count + Onnx.Count == 0 && !AsTrained && !AdapterOnly)
        {
            throw new ExportException("A bundle needs at least one model file: name --gguf types or --onnx precisions, or --as-trained; or ship the adapter alone with --adapter-only.");
        }

        if (AdapterOnly && (Gguf.Count + Onnx.Count > 0 || AsTrained || Smaller.Any || Prepared is not null))
        {
            throw new ExportException("--adapter-only ships no model; leave --gguf, --onnx, --as-trained, --keep-layers and --trim-vocab out.");
        }
    }
}
