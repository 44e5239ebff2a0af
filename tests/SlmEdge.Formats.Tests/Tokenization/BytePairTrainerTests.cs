using System.Text;
using FsCheck.Xunit;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.Tests.Tokenization;

public sealed class BytePairTrainerTests
{
    private static readonly string[] Texts =
    [
        "replace the hydraulic pump, hydraulic hose leaking at the pump fitting",
        "pump seal leaking again: replaced hose & fitting; the hose's fitting was loose 2024",
        "Fan belt squeals at start. Replaced fan belt, fan bearing greased. Hydraulic oil topped up.",
        "ışık çalışmıyor, far değişti; 漢字 漢字 漢字 🦜🦜",
    ];

    [Fact]
    public void Special_tokens_come_first_then_the_bytes_then_the_merges()
    {
        TokenizerJson tokenizer = Train(300);
        tokenizer.Vocabulary.Take(3).ShouldBe(["<|endoftext|>", "<|im_start|>", "<|im_end|>"]);
        tokenizer.Vocabulary.Skip(3).Take(256).Select(t => t.Length).ShouldAllBe(length => length == 1);
        tokenizer.Vocabulary.Skip(3).Take(256).Distinct().Count().ShouldBe(256);
        tokenizer.Vocabulary[3].ShouldBe("!");
        tokenizer.Vocabulary.Count.ShouldBe(300);
        tokenizer.Merges.Count.ShouldBe(300 - 259);
        tokenizer.Merges.Select(m => m.Left + m.Right).ShouldBe(tokenizer.Vocabulary.Skip(259));
        tokenizer.AddedTokens.ShouldAllBe(t => t.Special && t.Id < 3);
        tokenizer.PreTokenizer.ShouldBe(PreTokenizerKind.Qwen2);
    }

    [Fact]
    public void Merges_are_those_of_the_textbook_algorithm()
    {
        // Counting every pair anew after each merge is slow but obvious; the trainer must agree with it merge by merge.
        TokenizerJson trained = Train(500);
        trained.Merges.ShouldBe(SlowMerges(trained.Merges.Count));
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        TokenizerJson forward = Train(400);
        TokenizerJson backward = Train(400, [.. Texts.Reverse()]);
        backward.Sha256.ShouldBe(forward.Sha256);
    }

    [Fact]
    public void Pairs_that_are_too_rare_end_the_training_early()
    {
        TokenizerJson tokenizer = Train(100_000);
        tokenizer.Vocabulary.Count.ShouldBeLessThan(1000);
        var all = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 100_000, MinFrequency = 1 });
        Array.ForEach(Texts, all.Add);
        all.Train().Vocabulary.Count.ShouldBeGreaterThan(tokenizer.Vocabulary.Count);
    }

    [Theory]
    [InlineData("qwen2", PreTokenizerKind.Qwen2)]
    [InlineData("llama3", PreTokenizerKind.Llama3)]
    [InlineData("gpt2", PreTokenizerKind.Gpt2)]
    public void No_merge_crosses_a_word_of_the_pre_tokenizer(string name, PreTokenizerKind kind)
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 2000, PreTokenizer = name, MinFrequency = 1 });
        trainer.Add("one two 12345");
        TokenizerJson tokenizer = trainer.Train();
        tokenizer.PreTokenizer.ShouldBe(kind);
        tokenizer.Vocabulary.ShouldNotContain("oneĠtwo");
        tokenizer.Vocabulary.ShouldContain("Ġtwo");
        tokenizer.Vocabulary.Any(t => t.Contains("12", StringComparison.Ordinal)).ShouldBe(kind != PreTokenizerKind.Qwen2);
    }

    [Fact]
    public void Wrong_settings_are_refused()
    {
        Should.Throw<ArgumentException>(() => new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 258 }));
        Should.Throw<ArgumentException>(() => new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 300, PreTokenizer = "other" }));
        Should.Throw<ArgumentException>(() => new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 300, SpecialTokens = ["a", "a"] }));
    }

    [Fact]
    public void Training_can_be_cancelled()
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 400 });
        Array.ForEach(Texts, trainer.Add);
        Should.Throw<OperationCanceledException>(() => trainer.Train(cancellationToken: new CancellationToken(canceled: true)));
    }

    [Property(MaxTest = 50)]
    public bool Applying_the_merges_and_reading_the_bytes_gives_the_text_back(string? text)
    {
        string expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? string.Empty));
        TokenizerJson tokenizer = Tokenizer.Value;
        var ranks = tokenizer.Merges.Select((m, rank) => (m, rank)).ToDictionary(x => x.m, x => x.rank);
        List<string> tokens = Merge([.. ByteAlphabet.Encode(expected).Select(c => c.ToString())], ranks);
        return tokens.All(t => tokenizer.FindToken(t) is not null)
            && ByteAlphabet.TryDecode(string.Concat(tokens), out byte[] bytes) && Encoding.UTF8.GetString(bytes) == expected;
    }

    private static readonly Lazy<TokenizerJson> Tokenizer = new(() => Train(400));

    private static TokenizerJson Train(int size, string[]? texts = null)
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = size });
        Array.ForEach(texts ?? Texts, trainer.Add);
        return trainer.Train();
    }

    private static List<string> Merge(List<string> tokens, Dictionary<(string, string), int> ranks)
    {
        while (true)
        {
            int best = -1;
            for (int i = 1; i < tokens.Count; i++)
            {
                if (ranks.TryGetValue((tokens[i - 1], tokens[i]), out int rank) && (best < 0 || rank < ranks[(tokens[best - 1], tokens[best])]))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return tokens;
            }

            tokens[best - 1] += tokens[best];
            tokens.RemoveAt(best);
        }
    }

    private static List<(string Left, string Right)> SlowMerges(int count)
    {
        var (pattern, _) = WordSplitter.ForName("qwen2");
        List<string>[] words = [.. Texts.SelectMany(t => pattern.Matches(t)).Select(m => ByteAlphabet.Encode(m.Value).Select(c => c.ToString()).ToList())];
        List<string> order = [.. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Encode((byte)b)).Order().Select(c => c.ToString())];
        var merges = new List<(string Left, string Right)>();
        while (merges.Count < count)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (List<string> word in words)
            {
                for (int i = 1; i < word.Count; i++)
                {
                    counts[(word[i - 1], word[i])] = counts.GetValueOrDefault((word[i - 1], word[i])) + 1;
                }
            }

            var (left, right) = counts.OrderByDescending(c => c.Value).ThenBy(c => order.IndexOf(c.Key.Left)).ThenBy(c => order.IndexOf(c.Key.Right)).First().Key;
            merges.Add((left, right));
            order.Add(left + right);
            foreach (List<string> word in words)
            {
                for (int i = 1; i < word.Count; i++)
                {
                    if (word[i - 1] == left && word[i] == right)
                    {
                        word[i - 1] += right;
                        word.RemoveAt(i);
                    }
                }
            }
        }

        return merges;
    }
}
