using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text.Json;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Embeddings;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class LlamaEmbeddingEngineTests : IDisposable
{
    private static readonly LlamaEmbeddingOptions Exact = new() { HalfPrecisionCache = false, Threads = 1 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public void A_decoders_hidden_states_times_its_output_matrix_are_its_logits()
    {
        NativeEngines.Require();
        var path = Decoder();
        int[] tokens = [5, 17, 40, 8, 100, 3, 61];
        float[] logits;
        int vocabulary;
        using (var engine = LlamaCppEngine.Open(path, new LlamaCppOptions { HalfPrecisionCache = false, Threads = 1 }))
        {
            logits = engine.EvaluateLogits(tokens);
            vocabulary = engine.VocabularySize;
        }

        using var embeddings = LlamaEmbeddingEngine.Open(VerifiedGguf.Check(path), Exact);
        embeddings.Dimensions.ShouldBe(RandomLlama.Hidden);
        embeddings.ModelPooling.ShouldBeNull();
        var states = new float[tokens.Length * embeddings.Dimensions];
        embeddings.EmbedTokens(tokens, states);

        // The logits are compared with other engines elsewhere; here the product is computed by hand.
        using var file = GgufFile.Open(path);
        var head = new float[vocabulary * RandomLlama.Hidden];
        file.ReadFloat32("output.weight", 0, head);
        var spread = TensorPrimitives.Max<float>(logits) - TensorPrimitives.Min<float>(logits);
        for (var i = 0; i < logits.Length; i++)
        {
            var product = TensorPrimitives.Dot<float>(
                states.AsSpan(i / vocabulary * RandomLlama.Hidden, RandomLlama.Hidden), head.AsSpan(i % vocabulary * RandomLlama.Hidden, RandomLlama.Hidden));
            product.ShouldBe(logits[i], spread * 1e-4);
        }
    }

    [SkippableTheory]
    [InlineData(EmbeddingPooling.Mean)]
    [InlineData(EmbeddingPooling.Cls)]
    [InlineData(EmbeddingPooling.Last)]
    public void Pooling_takes_what_it_says_of_the_hidden_states_also_over_several_passes(EmbeddingPooling pooling)
    {
        NativeEngines.Require();
        var checkedModel = VerifiedGguf.Check(Decoder());
        var tokens = Enumerable.Range(0, 50).Select(i => 1 + (i * 7 % 300)).ToArray();
        var states = new float[tokens.Length * RandomLlama.Hidden];
        var expected = new float[RandomLlama.Hidden];
        using (var engine = LlamaEmbeddingEngine.Open(checkedModel, Exact))
        {
            engine.EmbedTokens(tokens, states);
        }

        for (var d = 0; d < expected.Length; d++)
        {
            var column = Enumerable.Range(0, tokens.Length).Select(i => (double)states[(i * expected.Length) + d]).ToArray();
            expected[d] = (float)(pooling switch { EmbeddingPooling.Mean => column.Average(), EmbeddingPooling.Cls => column[0], _ => column[^1] });
        }

        foreach (var batch in new[] { 8, 512 })
        {
            using var engine = LlamaEmbeddingEngine.Open(checkedModel, Exact with { BatchTokens = batch });
            var vector = new float[expected.Length];
            engine.Embed([tokens], pooling, vector, alone: true);
            Largest(vector, expected).ShouldBeLessThan(1e-4f);
        }
    }

    [SkippableFact]
    public void A_text_alone_has_the_same_bits_in_any_company()
    {
        NativeEngines.Require();
        using var engine = LlamaEmbeddingEngine.Open(VerifiedGguf.Check(Decoder()), new LlamaEmbeddingOptions { Threads = 1, BatchTexts = 8 });
        var texts = Enumerable.Range(1, 20).Select(n => Enumerable.Range(0, n).Select(i => 1 + (i * n % 300)).ToArray()).ToArray();
        var width = engine.Dimensions;
        var all = new float[texts.Length * width];
        var reversed = new float[all.Length];
        var together = new float[all.Length];
        engine.Embed(texts, EmbeddingPooling.Mean, all, alone: true);
        engine.Embed([.. texts.Reverse()], EmbeddingPooling.Mean, reversed, alone: true);
        engine.Embed(texts, EmbeddingPooling.Mean, together, alone: false);
        for (var i = 0; i < texts.Length; i++)
        {
            all.AsSpan(i * width, width).SequenceEqual(reversed.AsSpan((texts.Length - 1 - i) * width, width)).ShouldBeTrue();
            TensorPrimitives.CosineSimilarity<float>(all.AsSpan(i * width, width), together.AsSpan(i * width, width)).ShouldBeGreaterThan(0.9999f);
        }
    }

    [SkippableFact]
    public void Bert_gives_the_hidden_states_of_its_formulas()
    {
        NativeEngines.Require();
        var path = folder.File("bert.gguf");
        RandomBert.Write(path);
        using var engine = LlamaEmbeddingEngine.Open(VerifiedGguf.Check(path), Exact);
        engine.ModelPooling.ShouldBe(EmbeddingPooling.Cls);
        engine.ContextLength.ShouldBe(RandomBert.Context);
        int[][] texts = [.. new[] { "The pump leaks oil, at the seals.", "replaced filter", "starting unheard" }.Select(engine.Tokenizer.EncodeFramed)];
        texts[0][0].ShouldBe(RandomBert.Cls);
        texts[0][^1].ShouldBe(RandomBert.Sep);

        var expected = Peer(path, texts);
        for (var t = 0; t < texts.Length; t++)
        {
            var states = new float[texts[t].Length * RandomBert.Hidden];
            engine.EmbedTokens(texts[t], states);
            Largest(states, [.. expected[t].SelectMany(row => row)]).ShouldBeLessThan(5e-3f); // llama.cpp looks GELU up with 16 bits.
        }

        var together = new float[texts.Length * RandomBert.Hidden];
        engine.Embed(texts, EmbeddingPooling.Cls, together, alone: false);
        Largest(together, [.. expected.SelectMany(text => text[0])]).ShouldBeLessThan(5e-3f);
    }

    [SkippableFact]
    public void A_model_that_sees_both_ways_does_not_write()
    {
        NativeEngines.Require();
        var path = folder.File("bert.gguf");
        RandomBert.Write(path);
        Should.Throw<EngineException>(() => LlamaCppEngine.Open(path)).Message.ShouldContain("decoder-only");
    }

    [SkippableFact]
    public void A_family_that_is_not_tested_is_refused_before_native_code()
    {
        NativeEngines.Require();
        var path = folder.File("other.gguf");
        RandomBert.Write(path, architecture: "nomic-bert");
        Should.Throw<EngineException>(() => LlamaEmbeddingEngine.Open(VerifiedGguf.Check(path))).Message.ShouldContain("nomic-bert");
    }

    private static float Largest(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var difference = new float[left.Length];
        TensorPrimitives.Subtract(left, right, difference);
        return TensorPrimitives.MaxMagnitude<float>(difference) is var largest ? Math.Abs(largest) : 0;
    }

    private static float[][][] Peer(string path, int[][] texts)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(
                "python3", [Path.Combine(SharedData.RepositoryRoot(), "tests", "peers", "bert_peer.py"), path, JsonSerializer.Serialize(texts)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, errors.Result);
            return JsonSerializer.Deserialize<float[][][]>(output)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "no python3");
            throw;
        }
    }

    private string Decoder()
    {
        var path = folder.File("decoder.gguf");
        new RandomLlama(3).WriteGguf(path);
        return path;
    }
}
