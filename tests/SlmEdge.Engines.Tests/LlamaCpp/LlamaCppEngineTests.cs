using System.Globalization;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Scoring;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class LlamaCppEngineTests
{
    private static readonly string[] Stories =
    [
        " Lily was a little girl who liked to play.",
        " The dog ran",
        " Once there was a big red ball in the park and Tom wanted it very much.",
        " It rained.",
        " Mom said no.",
        " They were happy and went home together to eat cake",
    ];

    [SkippableFact]
    public void Greedy_continuation_is_the_story_that_the_model_knows()
    {
        using var engine = LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1 });
        var prompt = Prompt(engine, "Once upon a time");

        var first = engine.GenerateGreedy(prompt, 24);
        var second = engine.GenerateGreedy(prompt, 24);

        second.ShouldBe(first);
        first.Length.ShouldBe(24);
        engine.Tokenizer.Decode(first).ShouldContain("there was a little girl");
    }

    [SkippableFact]
    public void Greedy_tokens_are_the_largest_logits_of_one_evaluation()
    {
        using var engine = Open();
        var prompt = Prompt(engine, "Tom had a red");
        var generated = engine.GenerateGreedy(prompt, 12);
        int[] whole = [.. prompt, .. generated];
        var logits = engine.EvaluateLogits(whole);

        for (var i = 0; i < generated.Length; i++)
        {
            var row = logits.AsSpan((prompt.Length + i - 1) * engine.VocabularySize, engine.VocabularySize);
            row[generated[i]].ShouldBe(System.Numerics.Tensors.TensorPrimitives.Max<float>(row), 1e-4f);
        }
    }

    [SkippableFact]
    public void What_was_copied_out_of_the_file_does_not_stay_in_memory_beside_the_copy()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("repacked-q4_0.gguf");
        LlamaQuantizer.Quantize(SharedData.Stories(), file, GgufQuantization.Q4_0, threads: 1);

        using var engine = LlamaCppEngine.Open(file, new LlamaCppOptions { Threads = 1 });
        var opened = Resident();
        engine.GenerateGreedy(Prompt(engine, "Tom had a red"), 2).Length.ShouldBe(2);

        opened.ShouldBeLessThan(new FileInfo(file).Length / 10);
        Resident().ShouldBeGreaterThan(opened, "what is read from the file comes back");

        long Resident()
        {
            var lines = File.ReadAllLines("/proc/self/smaps");
            return Enumerable.Range(0, lines.Length).Where(i => lines[i].EndsWith(file, StringComparison.Ordinal))
                .Sum(i => 1024 * long.Parse(lines.Skip(i).First(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Label_scores_equal_an_exhaustive_evaluation(int labelLength)
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var labels = new LabelTrie(Labels(engine, labelLength));

        var scores = Score(engine, prefix, texts, labels);

        for (var text = 0; text < texts.Length; text++)
        {
            for (var label = 0; label < labels.LabelCount; label++)
            {
                var expected = Exhaustive(engine, prefix, texts[text], labels.GetTokens(label));
                scores[(text * labels.LabelCount) + label].ShouldBe(expected, 1e-4f, $"text {text}, label {label}");
            }
        }
    }

    [SkippableFact]
    public void Batched_texts_score_as_they_do_alone()
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var labels = new LabelTrie(Labels(engine, 3));
        var together = Score(engine, prefix, texts, labels);

        for (var text = 0; text < texts.Length; text++)
        {
            var alone = Score(engine, prefix, [texts[text]], labels);
            for (var label = 0; label < labels.LabelCount; label++)
            {
                together[(text * labels.LabelCount) + label].ShouldBe(alone[label], 1e-4f);
            }
        }
    }

    [SkippableFact]
    public void A_kept_prefix_gives_the_same_scores_as_one_inside_the_texts()
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var labels = new LabelTrie(Labels(engine, 2));
        var shared = Score(engine, prefix, texts, labels);
        var again = Score(engine, prefix, texts, labels);
        var inside = Score(engine, [], [.. texts.Select(text => (int[])[.. prefix, .. text])], labels);
        var halved = Score(engine, prefix[..4], [.. texts.Select(text => (int[])[.. prefix[4..], .. text])], labels);

        for (var i = 0; i < shared.Length; i++)
        {
            again[i].ShouldBe(shared[i], 1e-4f);
            inside[i].ShouldBe(shared[i], 1e-4f);
            halved[i].ShouldBe(shared[i], 1e-4f);
        }
    }

    [SkippableFact]
    public void Small_batches_few_sequences_and_long_texts_change_nothing()
    {
        using var wide = Open();
        using var narrow = LlamaCppEngine.Open(
            SharedData.Stories(),
            new LlamaCppOptions { Threads = 1, BatchTokens = 7, MaxSequences = 2, HalfPrecisionCache = false });
        var (prefix, texts) = Inputs(wide);
        var labels = new LabelTrie(Labels(wide, 4));
        texts[1] = [.. texts[2], .. texts[0], .. texts[5]];

        var expected = Score(wide, prefix, texts, labels);
        var actual = Score(narrow, prefix, texts, labels);

        // Small batches take other attention kernels, so sums of four log-probabilities agree a little less closely.
        for (var i = 0; i < expected.Length; i++)
        {
            actual[i].ShouldBe(expected[i], 5e-4f);
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(64)]
    public void A_batch_of_no_more_tokens_than_there_are_sequences_changes_nothing(int batchTokens)
    {
        using var wide = Open();
        using var narrow = LlamaCppEngine.Open(
            SharedData.Stories(),
            new LlamaCppOptions { Threads = 1, BatchTokens = batchTokens, MaxSequences = 64, HalfPrecisionCache = false });
        var (prefix, texts) = Inputs(wide);
        var labels = new LabelTrie([.. Labels(wide, 4).Select(label => label[..1]).DistinctBy(label => label[0])]);

        var expected = Score(wide, prefix, texts, labels);
        var actual = Score(narrow, prefix, texts, labels);

        for (var i = 0; i < expected.Length; i++)
        {
            actual[i].ShouldBe(expected[i], 5e-4f);
        }
    }

    [SkippableFact]
    public void Options_that_would_end_the_process_are_refused()
    {
        var model = SharedData.Stories();
        Should.Throw<ArgumentOutOfRangeException>(() => LlamaCppEngine.Open(model, new LlamaCppOptions { Threads = 513 }));
        Should.Throw<ArgumentOutOfRangeException>(() => LlamaCppEngine.Open(model, new LlamaCppOptions { BatchTokens = int.MaxValue }));
    }

    [SkippableFact]
    public void More_label_paths_than_llama_cpp_has_sequences_are_scored_in_parts()
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var many = new LabelTrie([.. Enumerable.Range(0, 300).Select(i => new[] { 100 + i, 20 + (i % 7), 300 - (i % 5) })]);

        var scores = Score(engine, prefix, texts, many);

        foreach (var (text, label) in new[] { (0, 0), (0, 299), (5, 255), (5, 256), (3, 128) })
        {
            scores[(text * many.LabelCount) + label].ShouldBe(Exhaustive(engine, prefix, texts[text], many.GetTokens(label)), 1e-4f);
        }
    }

    [SkippableFact]
    public void A_text_too_long_for_the_context_is_named_with_its_lengths()
    {
        using var engine = LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1, ContextLength = 32 });
        var labels = new LabelTrie([[5], [6]]);
        var scores = new float[4];
        int[][] texts = [[7, 8], [.. Enumerable.Repeat(9, 30)]];

        var error = Should.Throw<EngineException>(() => engine.ScoreLabels([1, 2, 3], texts, labels, scores));

        error.Message.ShouldContain("Text 1 has 30 tokens");
        error.Message.ShouldContain("holds 32");
        engine.ScoreLabels([1, 2, 3], [texts[0]], labels, scores);
        scores[0].ShouldBeLessThan(0);
    }

    [SkippableFact]
    public void A_token_outside_the_vocabulary_is_refused()
    {
        using var engine = Open();
        Should.Throw<ArgumentException>(() => engine.EvaluateLogits([1, 512])).Message.ShouldContain("512");
        Should.Throw<ArgumentException>(() => engine.ScoreLabels([1], [[-1]], new LabelTrie([[1], [2]]), new float[2]));
    }

    [SkippableFact]
    public void A_cancelled_scoring_leaves_the_engine_usable()
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var labels = new LabelTrie(Labels(engine, 2));
        var expected = Score(engine, prefix, texts, labels);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Should.Throw<OperationCanceledException>(() => engine.ScoreLabels([1, 2, 3], texts, labels, new float[expected.Length], cancelled.Token));

        var after = Score(engine, prefix, texts, labels);
        for (var i = 0; i < after.Length; i++)
        {
            after[i].ShouldBe(expected[i], 1e-4f);
        }
    }

    [SkippableFact]
    public void Threads_that_score_at_the_same_time_get_their_own_scores()
    {
        using var engine = Open();
        var (prefix, texts) = Inputs(engine);
        var labels = new LabelTrie(Labels(engine, 2));
        var expected = texts.Select(text => Score(engine, prefix, [text], labels)).ToArray();
        var actual = new float[texts.Length][];

        Parallel.For(0, texts.Length, i => actual[i] = Score(engine, prefix, [texts[i]], labels));

        for (var i = 0; i < texts.Length; i++)
        {
            for (var label = 0; label < labels.LabelCount; label++)
            {
                actual[i][label].ShouldBe(expected[i][label], 1e-4f);
            }
        }
    }

    [SkippableFact]
    public void The_information_names_version_library_and_processor()
    {
        using var engine = Open();
        engine.Info.Name.ShouldBe("llama.cpp");
        engine.Info.Version.ShouldStartWith("0.5.0");
        File.Exists(engine.Info.LibraryPath).ShouldBeTrue();
        engine.Info.CpuLevel.ShouldNotBeEmpty();
        engine.Info.Threads.ShouldBeGreaterThan(0);
    }

    [SkippableFact]
    public void A_context_longer_than_the_model_was_trained_for_is_refused()
    {
        var model = SharedData.Stories();
        var error = Should.Throw<EngineException>(() => LlamaCppEngine.Open(model, new LlamaCppOptions { ContextLength = 1_000_000 }));
        error.Message.ShouldContain("was trained for");
    }

    private static LlamaCppEngine Open() =>
        LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1, HalfPrecisionCache = false });

    private static int[] Prompt(LlamaCppEngine engine, string text) =>
        [engine.Tokenizer.BosTokenId!.Value, .. engine.Tokenizer.Encode(text)];

    private static (int[] Prefix, int[][] Texts) Inputs(LlamaCppEngine engine) =>
        (Prompt(engine, "This is a story for children. Say who is in it."), [.. Stories.Select(text => engine.Tokenizer.Encode(text))]);

    // Labels of different lengths that share beginnings; none begins another.
    private static int[][] Labels(LlamaCppEngine engine, int length)
    {
        var words = new[] { "Lily", "Tom", "the dog", "the cat", "the ball", "mom and dad", "there" };
        var tokens = words.Select(word => engine.Tokenizer.Encode(word)).ToArray();
        return [.. tokens.Select(word => word[..Math.Min(length, word.Length)]).DistinctBy(word => string.Join(' ', word))];
    }

    private static float[] Score(LlamaCppEngine engine, int[] prefix, int[][] texts, LabelTrie labels)
    {
        var scores = new float[texts.Length * labels.LabelCount];
        engine.ScoreLabels(prefix, texts, labels, scores);
        return scores;
    }

    private static float Exhaustive(LlamaCppEngine engine, int[] prefix, int[] text, ReadOnlySpan<int> label)
    {
        int[] sequence = [.. prefix, .. text, .. label];
        var logits = engine.EvaluateLogits(sequence);
        double sum = 0;
        for (var i = 0; i < label.Length; i++)
        {
            var row = logits.AsSpan((prefix.Length + text.Length + i - 1) * engine.VocabularySize, engine.VocabularySize);
            sum += row[label[i]] - LogSoftmax.LogSumExp(row);
        }

        return (float)sum;
    }
}
