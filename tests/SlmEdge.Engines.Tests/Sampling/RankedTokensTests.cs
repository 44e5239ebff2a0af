using SlmEdge.Engines.Sampling;

namespace SlmEdge.Engines.Tests.Sampling;

public sealed class RankedTokensTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5000)]
    public void Any_prefix_is_that_of_a_full_sort(int size)
    {
        var random = new Random(size);
        var logits = new float[size];
        for (var i = 0; i < size; i++)
        {
            // Whole numbers give many equal logits, and zeros of both signs.
            logits[i] = i % 3 == 0 ? random.Next(-2, 3) * -1f : (random.NextSingle() - 0.5f) * 40;
        }

        if (size > 10)
        {
            logits[1] = float.NegativeInfinity;
            logits[2] = float.NaN;
            logits[4] = -0f;
        }

        var expected = Enumerable.Range(0, size).Where(t => logits[t] >= float.MinValue).OrderByDescending(t => logits[t]).ThenBy(t => t).ToArray();
        foreach (var asked in new[] { 1, 2, 40, 64, 65, 256, 1000, size })
        {
            var ranked = new RankedTokens(size);
            ranked.Collect(logits, float.MinValue);
            Assert.Equal(expected.Length, ranked.Count);
            ranked.Order(asked);
            var front = Enumerable.Range(0, Math.Min(asked, ranked.Count)).ToArray();
            Assert.Equal(expected.Take(front.Length), front.Select(ranked.Token));
            Assert.All(front, place => Assert.Equal(logits[expected[place]], ranked.Logit(place)));
            Assert.Equal(expected.Order(), Enumerable.Range(0, ranked.Count).Select(ranked.Token).Order());
        }
    }

    [Fact]
    public void Ordered_step_by_step_is_ordered_as_in_one_go()
    {
        var random = new Random(7);
        var logits = Enumerable.Range(0, 3000).Select(_ => MathF.Round(random.NextSingle() * 200)).ToArray();
        var ranked = new RankedTokens(logits.Length);
        ranked.Collect(logits, float.MinValue);
        var tokens = new List<int>();
        for (var i = 0; i < logits.Length; i++)
        {
            ranked.Order(i + 1);
            tokens.Add(ranked.Token(i));
        }

        Assert.Equal(Enumerable.Range(0, logits.Length).OrderByDescending(t => logits[t]).ThenBy(t => t), tokens);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.9)]
    [InlineData(0.999999)]
    public void Top_p_draws_only_from_the_cut_of_a_full_sort_and_reaches_all_of_it(double topP)
    {
        var random = new Random(3);
        var logits = Enumerable.Range(0, 12).Select(_ => random.NextSingle() * 4).ToArray();
        var shares = logits.Select(x => Math.Exp(x)).ToArray();
        var reached = 0.0;
        var cut = new HashSet<int>();
        foreach (var token in Enumerable.Range(0, logits.Length).OrderByDescending(t => logits[t]))
        {
            cut.Add(token);
            reached += shares[token] / shares.Sum();
            if (reached >= topP)
            {
                break;
            }
        }

        var sampler = new TokenSampler(new SamplingOptions { Temperature = 2, TopP = (float)topP, TopK = 0, MinP = 0, Seed = 5 }, logits.Length);
        var drawn = new HashSet<int>();
        for (var i = 0; i < 5000; i++)
        {
            drawn.Add(sampler.Sample([.. logits]));
        }

        Assert.Equal(cut.Order(), drawn.Order());
    }
}
