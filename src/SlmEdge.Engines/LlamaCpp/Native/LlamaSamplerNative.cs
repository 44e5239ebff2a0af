using System.Runtime.InteropServices;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary>The samplers of llama.cpp 0.5.0's C interface (<c>llama.h</c>). A chain owns the samplers that were added to it.</summary>
internal static partial class LlamaSamplerNative
{
    // struct llama_sampler_chain_params holds one bool, no_perf; it is passed by value.
    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_chain_init(byte noPerf);

    [LibraryImport(LlamaNative.Library)]
    internal static partial void llama_sampler_chain_add(SafeLlamaSamplerHandle chain, nint sampler);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_greedy();

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_dist(uint seed);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_top_k(int k);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_top_p(float p, nuint minKeep);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_min_p(float p, nuint minKeep);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_temp(float temperature);

    [LibraryImport(LlamaNative.Library)]
    internal static partial nint llama_sampler_init_penalties(int vocabularySize, int lastTokens, float repeat, float frequency, float presence);

    [LibraryImport(LlamaNative.Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_sampler_init_grammar(nint vocab, string grammar, string root);

    /// <summary>Applies a sampler or chain to candidates.</summary>
    [LibraryImport(LlamaNative.Library)]
    internal static unsafe partial void llama_sampler_apply(nint sampler, LlamaTokenDataArray* candidates);

    [LibraryImport(LlamaNative.Library, EntryPoint = "llama_sampler_accept")]
    internal static partial void llama_sampler_accept_one(nint sampler, int token);

    /// <summary>Applies the chain to the logits of a token of the last batch, and tells the chain what it chose.</summary>
    [LibraryImport(LlamaNative.Library)]
    internal static partial int llama_sampler_sample(SafeLlamaSamplerHandle chain, SafeLlamaContextHandle context, int index);

    [LibraryImport(LlamaNative.Library)]
    internal static partial void llama_sampler_accept(SafeLlamaSamplerHandle chain, int token);

    [LibraryImport(LlamaNative.Library)]
    internal static partial void llama_sampler_free(nint sampler);
}
