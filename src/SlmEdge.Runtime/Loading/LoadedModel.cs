using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Memory;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Loading;

/// <summary>A model file of the bundle, loaded into its engine, with the tokenizer that belongs to it.</summary>
internal sealed class LoadedModel(IEngine engine, ISequenceEngine sequences, LlamaTokenizer tokenizer, string engineName, string file, MemoryEstimate memory) : IDisposable
{
    public IEngine Engine { get; } = engine;

    /// <summary>What the scheduler feeds.</summary>
    public ISequenceEngine Sequences { get; } = sequences;

    public LlamaTokenizer Tokenizer { get; } = tokenizer;

    public string EngineName { get; } = engineName;

    public string File { get; } = file;

    public MemoryEstimate Memory { get; } = memory;

    /// <summary>Why a GPU that is there does not compute; null where none is or it does.</summary>
    public string? GpuProblem { get; init; }

    public void Dispose()
    {
        Sequences.Dispose();
        Engine.Dispose();
        Tokenizer.Dispose(); // llama.cpp's engine owns its tokenizer; disposing twice is harmless.
    }
}
