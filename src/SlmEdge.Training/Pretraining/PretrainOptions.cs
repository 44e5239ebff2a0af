using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Optimization;

namespace SlmEdge.Training.Pretraining;

/// <summary>Settings of a pre-training run.</summary>
public sealed record PretrainOptions
{
    /// <summary>Directory with the tokenizer's files.</summary>
    public required string TokenizerDirectory { get; init; }

    /// <summary>Training files (see <see cref="CorpusReader"/>).</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Validation file.</summary>
    public required string ValidationFile { get; init; }

    /// <summary>Run directory to write.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Shape of the model; the vocabulary size is taken from the tokenizer.</summary>
    public required DecoderConfig Shape { get; init; }

    /// <summary>Share of the documents that are turned into capitals (see <see cref="CorpusOptions"/>).</summary>
    public double UpperCaseShare { get; init; }

    /// <summary>Training tokens in all; 0 is one pass over the files.</summary>
    public long Tokens { get; init; }

    /// <summary>Tokens per sequence.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary>Sequences per update.</summary>
    public int BatchSequences { get; init; } = 8;

    /// <summary>How the weights are updated.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Muon;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Share of the steps that warm up.</summary>
    public double WarmupShare { get; init; } = 0.02;

    /// <summary>Final learning rate as a share of the peak.</summary>
    public double FloorShare { get; init; } = 0.05;

    /// <summary>Decoupled weight decay of the matrices.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Largest norm of all gradients; 0 is no limit.</summary>
    public double GradientClip { get; init; } = 1.0;

    /// <summary>Seed of the initial weights and of the order of the data.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Steps between validations.</summary>
    public int EvaluateEvery { get; init; } = 200;

    /// <summary>Steps between checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 200;

    /// <summary>Validation tokens looked at during the run; the whole file at its end.</summary>
    public int ValidationTokens { get; init; } = 16_384;

    /// <summary>Continue from the last checkpoint.</summary>
    public bool Resume { get; init; }

    /// <summary>Compute threads; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }

    /// <summary>Type of the weights on disk.</summary>
    public SafetensorsType WeightType { get; init; } = SafetensorsType.BF16;

    /// <summary>Checks the settings against each other.</summary>
    /// <exception cref="TrainingException">A setting is out of range.</exception>
    public void Validate()
    {
        Require(Shape.HiddenSize >= 1 && Shape.NumHiddenLayers >= 1 && Shape.IntermediateSize >= 1, "hidden size, layers and feed-forward width must be at least 1");
        Require(Shape.NumAttentionHeads >= 1 && Shape.NumKeyValueHeads >= 1, "there must be at least one attention head and one key/value head");
        Require(Shape.NumAttentionHeads % Shape.NumKeyValueHeads == 0, $"{Shape.NumKeyValueHeads} key/value heads do not divide {Shape.NumAttentionHeads} attention heads");
        Require(Shape.HeadDim >= 2 && Shape.HeadDim % 2 == 0, $"the head size must be even, for the rotary embedding, not {Shape.HeadDim}");
        Require(SequenceLength >= 1 && SequenceLength <= Shape.ContextLength, $"the sequence length must be from 1 to the context of {Shape.ContextLength} tokens, not {SequenceLength}");
        Require(BatchSequences >= 1, "--batch must be at least 1");
        Require(Tokens >= 0, "--tokens must not be negative");
        Require(double.IsFinite(LearningRate) && LearningRate > 0, "--learning-rate must be a positive number");
        Require(EvaluateEvery >= 1 && CheckpointEvery >= 1, "--evaluate-every must be at least 1");

        static void Require(bool condition, string rule)
        {
            if (!condition)
            {
                throw new TrainingException(rule + ".");
            }
        }
    }
}
