using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Scoring;

namespace SlmEdge.Engines.LlamaCpp.Generation;

/// <summary>A continuation under way: one sequence of the memory, its samplers and what it has written.</summary>
internal sealed class RunningSequence : IDisposable
{
    private readonly LlamaTokenizer tokenizer;
    private readonly SafeLlamaSamplerHandle sampler;
    private readonly byte[][] stops;
    private readonly int maxTokens;
    private readonly List<int> tokens = [];
    private readonly List<float> logProbs = [];
    private readonly List<byte> bytes = [];

    internal RunningSequence(GenerationRequest request, int sample, int sequence, LlamaTokenizer tokenizer, int contextLength)
    {
        this.tokenizer = tokenizer;
        Sequence = sequence;
        NextToken = request.Prompt[^1];
        NextPosition = request.Prompt.Length - 1;
        maxTokens = Math.Min(request.MaxTokens, contextLength - request.Prompt.Length);
        stops = [.. (request.Stop ?? []).Select(Encoding.UTF8.GetBytes)];
        sampler = SafeLlamaSamplerHandle.Create(request.Sampling, unchecked(request.Sampling.Seed + (uint)sample), tokenizer.VocabularySize);
        if (request.Sampling.Penalises)
        {
            foreach (var token in request.Prompt)
            {
                LlamaSamplerNative.llama_sampler_accept(sampler, token);
            }
        }
    }

    internal int Sequence { get; }

    /// <summary>The token to evaluate next.</summary>
    internal int NextToken { get; private set; }

    internal int NextPosition { get; private set; }

    /// <summary>Where that token stands in the batch.</summary>
    internal int BatchIndex { get; set; }

    /// <summary>The continuation, once it has ended.</summary>
    internal GeneratedText? Result { get; private set; }

    /// <summary>Draws the next token from the logits of the one that was evaluated.</summary>
    /// <param name="context">The context that evaluated it.</param>
    /// <param name="logits">Its logits.</param>
    internal void Advance(SafeLlamaContextHandle context, ReadOnlySpan<float> logits)
    {
        // Also finds logits that are not finite, which a sampler would turn into some token.
        var normaliser = LogSoftmax.LogSumExp(logits);
        var token = LlamaSamplerNative.llama_sampler_sample(sampler, context, BatchIndex);
        if (tokenizer.IsEndOfGeneration(token))
        {
            Finish(bytes.Count, GenerationEnd.EndOfAnswer);
            return;
        }

        tokens.Add(token);
        logProbs.Add((float)(logits[token] - normaliser));
        var added = tokenizer.GetTokenBytes(token);
        bytes.AddRange(added);
        if (FindStop(added.Length) is var at and >= 0)
        {
            Finish(at, GenerationEnd.StopText);
        }
        else if (tokens.Count >= maxTokens)
        {
            Finish(bytes.Count, GenerationEnd.Length);
        }
        else
        {
            NextToken = token;
            NextPosition++;
        }
    }

    public void Dispose() => sampler.Dispose();

    private int FindStop(int added)
    {
        var written = CollectionsMarshal.AsSpan(bytes);
        var first = -1;
        foreach (var stop in stops)
        {
            // Only what the last token completed can be new.
            var from = Math.Max(0, written.Length - added - stop.Length + 1);
            var at = written[from..].IndexOf(stop);
            if (at >= 0 && (first < 0 || from + at < first))
            {
                first = from + at;
            }
        }

        return first;
    }

    private void Finish(int length, GenerationEnd end) =>
        Result = new GeneratedText(Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes)[..length]), [.. tokens], [.. logProbs], end);
}
