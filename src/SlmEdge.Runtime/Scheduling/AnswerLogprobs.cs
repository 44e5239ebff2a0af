using System.Numerics.Tensors;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Scheduling;

/// <summary>The probabilities of an answer's tokens, for a request that asks for them. Used by the loop's thread only.</summary>
/// <param name="top">Likeliest tokens to name beside each.</param>
/// <param name="tokenizer">The text of tokens.</param>
/// <param name="onToken">Receives each; null for nobody.</param>
internal sealed class AnswerLogprobs(int top, LlamaTokenizer tokenizer, Action<TokenLogprob>? onToken)
{
    private readonly List<(TokenLogprob Token, int Start)> written = [];
    private readonly int[] best = new int[top];
    private int bytes;
    private int told;

    /// <summary>Notes a token that was drawn.</summary>
    /// <param name="logits">The model's row, with a number for every token and nothing changed.</param>
    /// <param name="token">The token.</param>
    public void Add(ReadOnlySpan<float> logits, int token)
    {
        var max = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        var logSum = max + Math.Log(sum);
        var one = Describe(logits, token, logSum, Likeliest(logits, logSum));
        written.Add((one, bytes));
        bytes += one.Bytes.Length;
    }

    /// <summary>Hands on the tokens whose text begins within the first bytes of the answer.</summary>
    public void HandOut(int length)
    {
        while (onToken is not null && told < written.Count && written[told].Start < length)
        {
            onToken(written[told++].Token);
        }
    }

    /// <summary>The tokens whose text begins within the answer: what only spelled a stop string is no part of it.</summary>
    public IReadOnlyList<TokenLogprob> Within(int length)
    {
        while (written.Count > 0 && written[^1].Start >= length)
        {
            written.RemoveAt(written.Count - 1);
        }

        return [.. written.Select(one => one.Token)];
    }

    // At most twenty: an insertion is quicker than a heap.
    private TokenLogprob[] Likeliest(ReadOnlySpan<float> logits, double logSum)
    {
        var found = 0;
        for (var token = 0; token < logits.Length && top > 0; token++)
        {
            if (found == top && logits[token] <= logits[best[found - 1]])
            {
                continue;
            }

            var at = found < top ? found++ : found - 1;
            while (at > 0 && logits[best[at - 1]] < logits[token])
            {
                best[at] = best[at - 1];
                at--;
            }

            best[at] = token;
        }

        var named = new TokenLogprob[found];
        for (var i = 0; i < found; i++)
        {
            named[i] = Describe(logits, best[i], logSum, []);
        }

        return named;
    }

    private TokenLogprob Describe(ReadOnlySpan<float> logits, int token, double logSum, IReadOnlyList<TokenLogprob> beside) =>
        new(tokenizer.GetTokenBytes(token).ToArray(), Math.Min(0, logits[token] - logSum), beside);
}
