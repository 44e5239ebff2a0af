using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Training.FineTuning;

/// <summary>Settings that every fine-tuning run has, whatever it learns from.</summary>
public abstract record FineTuningOptions
{
    /// <summary>Directory of the base model.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Training rows.</summary>
    public required string TrainFile { get; init; }

    /// <summary>Validation rows; when null, <see cref="ValidationShare"/> of the training rows is held out.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Share of the training rows that is held out when no validation file is given.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>What is trained.</summary>
    public FineTuningMethod Method { get; init; } = FineTuningMethod.Qlora;

    /// <summary>
    /// The form in which the frozen base is held; null leaves the choice to the method: NF4 for QLoRA, the base's own precision for LoRA.
    /// A GGUF base has its form already.
    /// </summary>
    public BaseForm? Quant { get; init; }

    /// <summary>The form that applies; null is the one in which the base is stored.</summary>
    public BaseForm? HeldForm => Method == FineTuningMethod.Full || GgufBase.Is(BaseDirectory)
        ? null
        : Quant ?? (Method == FineTuningMethod.Qlora ? BaseForm.Nf4 : null);

    /// <summary>Adapter settings, of the LoRA methods.</summary>
    public LoraConfig Lora { get; init; } = new(32, 64, 0.05, [LoraConfig.AllLinear]);

    /// <summary>Precision of the products with the quantised base, of <see cref="FineTuningMethod.Qlora"/>.</summary>
    public ComputePrecision ComputePrecision { get; init; }

    /// <summary>An adapter to start from, with its settings in place of <see cref="Lora"/>; null starts from the base alone.</summary>
    public string? AdapterDirectory { get; init; }

    /// <summary>General rows that are mixed in against forgetting: plain text, or rows of instructions or messages. Empty for none.</summary>
    public IReadOnlyList<string> GeneralFiles { get; init; } = [];

    /// <summary>Share of general rows among all rows of the run; 0 to below 1.</summary>
    public double GeneralShare { get; init; }

    /// <summary>Run directory to write.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>How the weights are updated.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Muon;

    /// <summary>Keep the optimiser's state in main memory and bring it to the compute device for each update.</summary>
    public bool OffloadOptimizer { get; init; }

    /// <summary>Most passes over the training rows.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows per update.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens per forward pass; a batch of more is split and its gradients are added up.</summary>
    public int PackTokens { get; init; } = 4096;

    /// <summary>Keep only each block's input and compute its activations again in the backward pass: less memory, more time, the same numbers.</summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Longest prompt and answer, in tokens; 0 is the model's context.</summary>
    public int MaxLength { get; init; }

    /// <summary>Peak learning rate; 0 chooses one by method.</summary>
    public double LearningRate { get; init; }

    /// <summary>
    /// Learning rate of the adapters' B factors over that of the A factors (LoRA+, arXiv 2402.12354); 1 is plain LoRA. Needs AdamW.
    /// </summary>
    public double LoraPlusRatio { get; init; } = 1;

    /// <summary>Course of the learning rate after the warm-up.</summary>
    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    /// <summary>Share of the steps that warm up.</summary>
    public double WarmupShare { get; init; } = 0.05;

    /// <summary>Final learning rate as a share of the peak.</summary>
    public double FloorShare { get; init; } = 0.05;

    /// <summary>Decoupled weight decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest norm of all gradients; 0 is no limit.</summary>
    public double GradientClip { get; init; } = 1.0;

    /// <summary>Evaluations without a better score before the run stops; 0 never stops early.</summary>
    public int Patience { get; init; } = 4;

    /// <summary>Steps between evaluations; 0 is once per pass.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>Seed of adapters, dropout, order and the held-out rows.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Continue from the last checkpoint.</summary>
    public bool Resume { get; init; }

    /// <summary>Compute threads; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }

    /// <summary>The peak learning rate that applies: adapters bear more than the weights themselves.</summary>
    public double EffectiveLearningRate => LearningRate > 0 ? LearningRate : DefaultLearningRate;

    /// <summary>The peak learning rate when none is set.</summary>
    private protected virtual double DefaultLearningRate => Method == FineTuningMethod.Full ? 1e-3 : 2e-3;

    /// <summary>The longest row that a run of this model takes, in tokens.</summary>
    /// <param name="model">The model's shape.</param>
    /// <exception cref="TrainingException"><see cref="MaxLength"/> exceeds the model's context.</exception>
    internal int LengthLimit(DecoderConfig model) => MaxLength <= model.ContextLength
        ? MaxLength > 0 ? MaxLength : model.ContextLength
        : throw new TrainingException($"--max-length {MaxLength} exceeds the model's context of {model.ContextLength} tokens.");

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TrainingException">A setting is out of range.</exception>
    public virtual void Validate()
    {
        Require(Epochs >= 1, "--epochs must be at least 1");
        Require(BatchSize >= 1, "--batch must be at least 1");
        Require(PackTokens >= 1, "--pack-tokens must be at least 1");
        Require(MaxLength >= 0, "--max-length must not be negative");
        Require(double.IsFinite(LearningRate) && LearningRate >= 0, "--learning-rate must be a positive number");
        Require(ValidationShare is > 0 and < 1, "--valid-share must lie between 0 and 1");
        Require(Patience >= 0, "--patience must not be negative");
        Require(EvaluateEvery >= 0, "--evaluate-every must not be negative");
        Require(WarmupShare is >= 0 and < 1, "--warmup-share must be at least 0 and below 1");
        Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, "--weight-decay must not be negative");
        Require(double.IsFinite(GradientClip) && GradientClip >= 0, "--gradient-clip must not be negative; 0 is no limit");
        Require(double.IsFinite(LoraPlusRatio) && LoraPlusRatio > 0, "--lora-plus-ratio must be a positive number");
        if (LoraPlusRatio != 1)
        {
            Require(Method != FineTuningMethod.Full, "--lora-plus-ratio speaks of adapters, and --method full has none; leave it out or choose lora or qlora");
            Require(
                Optimizer is OptimizerKind.AdamW or OptimizerKind.AdamW8Bit,
                "--lora-plus-ratio is defined for AdamW; add --optimizer adamw or adamw8bit, or leave the ratio out");
        }

        Require(
            ComputePrecision == ComputePrecision.Fp32 || Method == FineTuningMethod.Qlora,
            "--compute-dtype speaks of products with a quantised base; --method lora and full compute in fp32");
        Require(GeneralShare is >= 0 and < 1, "--general-share must be at least 0 and below 1");
        Require(
            GeneralFiles.Count > 0 == GeneralShare > 0,
            GeneralFiles.Count > 0 ? "--general names rows to mix in, but --general-share is 0; set their share, for example 0.1" : "--general-share needs rows to mix in; name them with --general");
        Require(
            AdapterDirectory is null || Method != FineTuningMethod.Full,
            "--method full trains the weights themselves and cannot start from an adapter; merge it first (slm-export merge) and name the result as --base");
        Require(
            Quant is null || Method != FineTuningMethod.Full,
            $"--quant {Quant?.Name()} holds a frozen base, and --method full trains the base itself; leave --quant out or choose lora or qlora");
        Require(
            Quant is null || !GgufBase.Is(BaseDirectory),
            $"--quant {Quant?.Name()} chooses the blocks of a base, and the GGUF file '{BaseDirectory}' is trained on in the blocks that it has; leave --quant out, or take the model's folder as --base");
        Require(
            Method != FineTuningMethod.Full || !GgufBase.Is(BaseDirectory),
            $"--method full writes a folder in Hugging Face's layout, and the GGUF file '{BaseDirectory}' lacks its tokenizer files; take the model's folder as --base, or train an adapter");
        Require(
            Quant is null or BaseForm.Nf4 || !Lora.UseDora,
            $"--quant {Quant?.Name()} is for an adapter that ships beside its base, and DoRA ships merged only; leave out --dora or --quant");
        if (Method != FineTuningMethod.Full)
        {
            Lora.Validate();
        }
    }

    /// <summary>Refuses a setting that breaks a rule.</summary>
    private protected static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new TrainingException(rule + ".");
        }
    }
}
