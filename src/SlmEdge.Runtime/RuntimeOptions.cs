using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Runtime;

/// <summary>How a bundle is opened and run.</summary>
public sealed record RuntimeOptions
{
    /// <summary>The largest <see cref="BatchTokens"/>.</summary>
    public const int MaxBatchTokens = LlamaCppOptions.MaxBatchTokens;

    /// <summary>The default of <see cref="BatchTokens"/>.</summary>
    public const int DefaultBatchTokens = 512;

    /// <summary>Which engine computes. Default: the one that the bundle recommends.</summary>
    public EngineChoice Engine { get; init; } = EngineChoice.Auto;

    /// <summary>
    /// The model file inside the bundle (for ONNX its folder or its <c>model.onnx</c>), or <see langword="null"/> for
    /// the recommended one of the engine.
    /// </summary>
    public string? File { get; init; }

    /// <summary>Threads for one evaluation. 0, the default, leaves the choice to the engine.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Layers that a GPU computes: 0 for none, negative for all; ONNX Runtime takes all or none. Null, the default, is all where the engine's GPU library is installed and finds a GPU, unless
    /// <see cref="Deterministic"/> asks for the same bits, which the CPU computes. A GPU that turns out not to work is done without (<see cref="SlmEdge.Engines.EngineInfo.GpuProblem"/>);
    /// one that was asked for is an error.
    /// </summary>
    public int? GpuLayers { get; init; }

    /// <summary>Tokens of one sequence: instruction, text and label. 0, the default, takes what the model was made for.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens of waiting texts that are evaluated together.</summary>
    public int BatchTokens { get; init; } = DefaultBatchTokens;

    /// <summary>Texts that are evaluated together at most.</summary>
    public int BatchTexts { get; init; } = 64;

    /// <summary>Texts that may wait in front of the engine; one more is answered with <see cref="RuntimeBusyException"/>.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>
    /// Whether label and scores of a decision are the same bits whatever else is evaluated with it, before it or at the same time. Otherwise
    /// scores may differ in their second digit, and where two labels are almost equal the label. <see langword="null"/>, the default, is yes
    /// where the model allows it.
    /// </summary>
    public bool? Deterministic { get; init; }

    /// <summary>What happens to a text that does not fit the context.</summary>
    public LongTextPolicy LongTexts { get; init; } = LongTextPolicy.Refuse;

    /// <summary>
    /// Calibrated probability of the best label below which the answer is an abstention (0 to 1), or
    /// <see langword="null"/> for the task's own threshold.
    /// </summary>
    public double? AbstainBelow { get; init; }

    /// <summary>
    /// How exact the probabilities of labels of several tokens have to be, 0 (every label is evaluated) to 0.1: labels that cannot have more than this together
    /// are not evaluated to their end. The label is always that of evaluating every label, and so is the order of all that were evaluated. Default: 0.001.
    /// </summary>
    public double LabelTolerance { get; init; } = 1e-3;

    /// <summary>
    /// Bytes that the model may take (weights, key-value memory and workspace, computed before it is loaded), or <see langword="null"/> for
    /// what is free on the machine and in its control group.
    /// </summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>
    /// Calibrated probability from which on a label is part of the answer, for texts with any number of labels, or <see langword="null"/>
    /// for what the task says.
    /// </summary>
    public double? LabelThreshold { get; init; }

    /// <summary>
    /// The share of texts whose true label the answer's label set has to hold, one of those that the bundle is calibrated for, or
    /// <see langword="null"/> for what the task says.
    /// </summary>
    public double? Coverage { get; init; }

    /// <summary>Adapters that may be loaded at once (<see cref="SlmRuntime.Adapters"/>).</summary>
    public int MaxAdapters { get; init; } = 64;

    /// <summary>
    /// Whether the choice that <c>slm-edge tune</c> left beside the bundle applies to what these options leave open; only where
    /// <see cref="Engine"/> and <see cref="File"/> name nothing, and only on the machine and for the bundle that it was measured with.
    /// </summary>
    public bool UseTuning { get; init; } = true;

    /// <summary>Folder into which the files of a zipped bundle are extracted, or <see langword="null"/> for the user's cache folder.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Checks the ranges, as <see cref="SlmRuntime.Open"/> does.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfNegative(ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAdapters);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchTokens, MaxBatchTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchTexts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchTexts, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryLimitBytes ?? 1, 1, nameof(MemoryLimitBytes));
        if (!(LabelTolerance >= 0 && LabelTolerance <= 0.1))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelTolerance), LabelTolerance, "has to be a share from 0 (evaluate every label) to 0.1");
        }

        if (LabelThreshold is { } labelThreshold && !(labelThreshold > 0 && labelThreshold < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelThreshold), labelThreshold, "has to be a probability above 0 and below 1");
        }

        if (Coverage is { } coverage && !(coverage > 0 && coverage < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Coverage), coverage, "has to be a share above 0 and below 1");
        }

        if (AbstainBelow is { } threshold && !(threshold >= 0 && threshold <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(AbstainBelow), threshold, "has to be a probability from 0 (never abstain) to 1");
        }
    }
}
