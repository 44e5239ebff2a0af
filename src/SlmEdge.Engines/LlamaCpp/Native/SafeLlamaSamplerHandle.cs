using System.Runtime.InteropServices;
using SlmEdge.Engines.LlamaCpp.Generation;
using SlmEdge.Engines.Sampling;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>Owns a chain of samplers: the settings and the random state of one generated sequence.</summary>
internal sealed class SafeLlamaSamplerHandle : SafeHandle
{
    private SafeLlamaSamplerHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>A chain in llama.cpp's own order: penalties, top-k, top-p, min-p, temperature, draw.</summary>
    internal static SafeLlamaSamplerHandle Create(SamplingOptions options, uint seed, int vocabularySize)
    {
        var chain = new SafeLlamaSamplerHandle();
        chain.SetHandle(LlamaSamplerNative.llama_sampler_chain_init(noPerf: 1));
        if (chain.IsInvalid)
        {
            throw new EngineException($"llama.cpp cannot create a sampler.{LlamaLog.Describe()}");
        }

        if (options.Penalises)
        {
            Add(LlamaSamplerNative.llama_sampler_init_penalties(vocabularySize, options.RepetitionWindow, options.RepetitionPenalty, options.FrequencyPenalty, options.PresencePenalty));
        }

        if (options.Temperature == 0)
        {
            Add(LlamaSamplerNative.llama_sampler_init_greedy());
            return chain;
        }

        if (options.TopK > 0)
        {
            Add(LlamaSamplerNative.llama_sampler_init_top_k(options.TopK));
        }

        if (options.TopP < 1)
        {
            Add(LlamaSamplerNative.llama_sampler_init_top_p(options.TopP, 1));
        }

        if (options.MinP > 0)
        {
            Add(LlamaSamplerNative.llama_sampler_init_min_p(options.MinP, 1));
        }

        Add(LlamaSamplerNative.llama_sampler_init_temp(options.Temperature));
        Add(LlamaSamplerNative.llama_sampler_init_dist(seed));
        return chain;

        void Add(nint sampler) => LlamaSamplerNative.llama_sampler_chain_add(chain, sampler);
    }

    protected override bool ReleaseHandle()
    {
        LlamaSamplerNative.llama_sampler_free(handle);
        return true;
    }
}
