using SlmEdge.Export.Weights;

namespace SlmEdge.Export.Fitting;

/// <summary>What is to be searched for.</summary>
public sealed record FitRequest
{
    /// <summary>The name of the int4 ONNX form among <see cref="Formats"/>; the others are GGUF types.</summary>
    public const string OnnxInt4 = "onnx-int4";

    /// <summary>The training run, of a classification.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The base model; null takes the path that the run remembers.</summary>
    public string? BaseDirectory { get; init; }

    /// <summary>The bundle to write.</summary>
    public required string OutputPath { get; init; }

    /// <summary>What the chosen model has to keep to.</summary>
    public FitLimits Limits { get; init; } = new(MaxLossPoints: 0.5);

    /// <summary>The forms that are tried.</summary>
    public IReadOnlyList<string> Formats { get; init; } = ["q8_0", "q4_k_m", "q4_0", "iq4_nl", OnnxInt4];

    /// <summary>The fewest layers that are tried.</summary>
    public int MinLayers { get; init; } = 1;

    /// <summary>Passes over the run's training rows with which a model with fewer layers is trained again; 0 trains none.</summary>
    public int RecoverEpochs { get; init; }

    /// <summary>
    /// Whether a prompt that lists the labels stays as it is. Otherwise, and where models are trained again, it is also tried without them: the model has learnt what they
    /// are, and a prefix of hundreds of tokens is attended to by every token of every text.
    /// </summary>
    public bool KeepPrompt { get; init; }

    /// <summary>Held-out rows for the proof of the chosen one; null proves it on the validation rows that chose it.</summary>
    public string? DataFile { get; init; }

    /// <summary>Where models and scores are kept until the search has ended; null is beside the bundle.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>How far the merged model may diverge from the trained one, in nats.</summary>
    public double MaxKl { get; init; } = MergeComparison.DefaultMaxKl;

    /// <summary>Threads of engines and trainer; 0 leaves the choice to them.</summary>
    public int Threads { get; init; }
}
