using FsCheck.Xunit;
using SlmEdge.Datasets.Similarity;

namespace SlmEdge.Datasets.Tests.Similarity;

public sealed class MinHashTests
{
    [Property(MaxTest = 50)]
    public void The_estimate_is_near_the_true_similarity(int seed)
    {
        // Sets of random numbers with a known share in common, so that nothing but the hashing is tried.
        var random = new Random(seed);
        ulong[] all = [.. Enumerable.Range(0, 400).Select(_ => (ulong)random.NextInt64())];
        int shared = random.Next(0, 300);
        ulong[] a = [.. all[..shared], .. all[300..350]];
        ulong[] b = [.. all[..shared], .. all[350..]];
        Array.Sort(a);
        Array.Sort(b);
        double truth = ShingleSet.Jaccard(a, b);
        truth.ShouldBe(shared / (shared + 100.0), 1e-9);
        var minHash = new MinHash(1024);

        // Five standard errors of a binomial share of 1,024 draws.
        minHash.Estimate(minHash.Signature(a), minHash.Signature(b)).ShouldBe(truth, (5 * Math.Sqrt(truth * (1 - truth) / 1024)) + 1e-9);
    }

    [Fact]
    public void The_estimate_has_no_bias()
    {
        double error = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            List<string> texts = SampleTexts.Make(seed, 2);
            ulong[] a = ShingleSet.Of(texts[0] + " " + texts[1], 5);
            ulong[] b = ShingleSet.Of(texts[1], 5);
            var minHash = new MinHash(128);
            error += minHash.Estimate(minHash.Signature(a), minHash.Signature(b)) - ShingleSet.Jaccard(a, b);
        }

        (error / 200).ShouldBe(0, 0.01);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.9)]
    public void A_pair_at_the_threshold_becomes_a_candidate_as_often_as_is_said(double threshold)
    {
        var banding = new Banding(threshold);
        banding.Probability(threshold).ShouldBeGreaterThanOrEqualTo(Banding.Recall);
        var random = new Random(1);
        int found = 0;
        int pairs = 400;
        int shared = 90;
        int own = (int)Math.Round(shared * (1 - threshold) / threshold / 2);
        for (int pair = 0; pair < pairs; pair++)
        {
            ulong[] common = [.. Enumerable.Range(0, shared).Select(_ => (ulong)random.NextInt64())];
            ulong[] Keys()
            {
                var keys = new ulong[banding.Bands];
                banding.Keys([.. common, .. Enumerable.Range(0, own).Select(_ => (ulong)random.NextInt64())], keys);
                return keys;
            }

            found += Keys().Zip(Keys()).Any(pair => pair.First == pair.Second) ? 1 : 0;
        }

        ((double)found / pairs).ShouldBeGreaterThanOrEqualTo(banding.Probability(threshold) - 0.02);
    }

    [Theory]
    [InlineData("abcdef", "abcdef", 1.0)]
    [InlineData("abcdefg", "bcdefgh", 0.5)]
    [InlineData("ab", "ab", 1.0)]
    [InlineData("ab", "ac", 0.0)]
    public void Shingles_are_runs_of_characters(string a, string b, double expected) =>
        ShingleSet.Jaccard(ShingleSet.Of(a, 5), ShingleSet.Of(b, 5)).ShouldBe(expected, 1e-9);

    [Fact]
    public void Rolling_over_a_text_hashes_each_run_like_the_run_alone()
    {
        const string Text = "hydraulic pump leaks";
        ulong[] hashes = ShingleSet.Sequence(Text, 5);
        for (int i = 0; i < hashes.Length; i++)
        {
            ShingleSet.Sequence(Text[i..] + "#", 5)[0].ShouldBe(hashes[i]);
        }
    }
}
