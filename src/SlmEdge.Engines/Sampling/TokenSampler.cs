using System.Numerics.Tensors;

namespace SlmEdge.Engines.Sampling;

/// <summary>
/// Draws tokens from logits, in managed code, so that every engine draws alike. The same seed, options and logits give the same tokens.
/// Not safe for several threads.
/// </summary>
public sealed class TokenSampler
{
    // Probabilities below e^-12 of the best are looked at only when the rest does not reach top-p.
    private const float Near = 12;

    private readonly SamplingOptions options;
    private readonly int[] window;
    private readonly Dictionary<int, int> recent = [];
    private readonly RankedTokens candidates;
    private ulong state;
    private int accepted;

    /// <summary>Makes a sampler for one answer.</summary>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="vocabularySize">The length of a row of logits.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public TokenSampler(SamplingOptions options, int vocabularySize)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        window = options.Penalises ? new int[options.RepetitionWindow] : [];
        candidates = new RankedTokens(options.Temperature > 0 ? vocabularySize : 0);
        state = options.Seed;
    }

    /// <summary>Notes a token of the prompt or of the answer for the penalties.</summary>
    public void Accept(int token)
    {
        if (window.Length == 0)
        {
            return;
        }

        ref var oldest = ref window[accepted % window.Length];
        if (accepted >= window.Length && --System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(recent, oldest) == 0)
        {
            recent.Remove(oldest);
        }

        oldest = token;
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(recent, token, out _)++;
        accepted++;
    }

    /// <summary>Draws a token; it is not noted yet.</summary>
    /// <param name="logits">One row; the penalties are applied in place. Tokens at negative infinity are never drawn.</param>
    /// <exception cref="EngineException">A logit is NaN, or no token is allowed.</exception>
    public int Sample(Span<float> logits)
    {
        foreach (var (token, count) in recent)
        {
            // As in Keskar et al. 2019 (arXiv 1909.05858), with the sign kept; presence and frequency as in OpenAI's interface.
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty;
            logit -= (count * options.FrequencyPenalty) + options.PresencePenalty;
        }

        var best = TensorPrimitives.IndexOfMax((ReadOnlySpan<float>)logits);
        var max = logits[best];
        if (!float.IsFinite(max))
        {
            throw new EngineException(
                float.IsNegativeInfinity(max) ? "No token is allowed to come next." : $"The model gave a logit of {max}; its weights are damaged or overflow in this precision.");
        }

        return options.Temperature == 0 || options.TopK == 1 ? best : Draw(logits, max);
    }

    private int Draw(ReadOnlySpan<float> logits, float max)
    {
        candidates.Collect(logits, max - Near);
        if (options.TopK > 0 ? candidates.Count < Math.Min(options.TopK, logits.Length) : options.TopP < 1 || options.MinP < MathF.Exp(-Near))
        {
            // Top-p measures shares of all tokens, and without a cut all can be drawn.
            candidates.Collect(logits, float.MinValue);
        }

        if (options.TopK > 0 && options.TopK < candidates.Count)
        {
            candidates.Order(options.TopK);
            candidates.Keep(options.TopK);
        }

        if (options.TopP < 1)
        {
            CutAtTopP(max);
        }

        var count = candidates.Count;
        var floor = options.MinP > 0 ? max + Math.Log(options.MinP) : double.NegativeInfinity;
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += Weight(i);
        }

        var left = NextDouble() * sum;
        for (var i = 0; i < count; i++)
        {
            left -= Weight(i);
            if (left < 0)
            {
                return candidates.Token(i);
            }
        }

        // Rounding can leave a little; the last with a weight takes it.
        while (count > 1 && Weight(count - 1) == 0)
        {
            count--;
        }

        return candidates.Token(count - 1);

        double Weight(int i) => candidates.Logit(i) < floor ? 0 : Math.Exp((candidates.Logit(i) - (double)max) / options.Temperature);
    }

    private void CutAtTopP(float max)
    {
        var total = 0.0;
        for (var i = 0; i < candidates.Count; i++)
        {
            total += Share(i);
        }

        var reached = 0.0;
        for (var i = 0; i < candidates.Count; i++)
        {
            candidates.Order(i + 1);
            reached += Share(i) / total;
            if (reached >= options.TopP)
            {
                candidates.Keep(i + 1);
                return;
            }
        }

        double Share(int i) => Math.Exp(candidates.Logit(i) - (double)max);
    }

    // SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
    private double NextDouble()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
