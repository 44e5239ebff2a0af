using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Constraints;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

public sealed class SchedulerGenerationTests
{
    private static readonly int[] Prompt = [40, 41, 42, 43, 44];

    public static TheoryData<string, bool> Engines => new() { { "f32", false }, { "f32", true }, { "onnx", false }, { "onnx", true } };

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Greedy_generations_together_are_those_of_the_engine_alone(string kind, bool repeatable)
    {
        using var model = new RandomModel(kind, repeatable);
        int[][] prompts = [Prompt, [50], [.. Prompt, 60, 61], [.. Enumerable.Range(20, 70)], [7, 8]];
        var expected = prompts.Select(prompt => model.Greedy(prompt, 24)).ToArray();
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions { BatchTokens = 32 });
        var results = await Task.WhenAll(prompts.Select(prompt => scheduler.Enqueue(new GenerateRequest(prompt, 24, model.Tokenizer))));
        for (var i = 0; i < prompts.Length; i++)
        {
            results[i].Tokens.ShouldBe(expected[i]);
            results[i].PromptTokens.ShouldBe(prompts[i].Length);
            results[i].Reason.ShouldBe(expected[i].Length < 24 ? FinishReason.Stop : FinishReason.Length);
            results[i].Text.ShouldBe(model.Tokenizer.Decode(results[i].Tokens));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_seed_reproduces_and_another_draws_differently(string kind, bool repeatable)
    {
        using var model = new RandomModel(kind, repeatable);
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        Task<GenerateResult> Draw(uint seed) => scheduler.Enqueue(new GenerateRequest(Prompt, 20, model.Tokenizer)
        {
            Sampling = new SamplingOptions { Temperature = 1.2f, TopP = 0.95f, Seed = seed },
        });
        var first = await Draw(1);
        (await Draw(1)).Tokens.ShouldBe(first.Tokens);
        (await Draw(2)).Tokens.ShouldNotBe(first.Tokens);
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer_and_nothing_of_it_is_streamed()
    {
        using var model = new RandomModel("f32", repeatable: false);
        var whole = model.Tokenizer.Decode(model.Greedy(Prompt, 30));

        // A random model writes bytes that are no text too.
        var stop = System.Text.RegularExpressions.Regex.Matches(whole, "[a-z ]{2}").Last().Value;
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        var streamed = new System.Text.StringBuilder();
        var result = await scheduler.Enqueue(new GenerateRequest(Prompt, 30, model.Tokenizer) { Stop = [stop, "never written"], OnText = piece => streamed.Append(piece) });
        result.Reason.ShouldBe(FinishReason.StopString);
        result.Text.ShouldBe(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        streamed.ToString().ShouldBe(result.Text);
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("onnx")]
    public async Task What_a_conversation_has_said_is_not_evaluated_again(string kind)
    {
        using var model = new RandomModel(kind, repeatable: false);
        int[] asked = [.. Enumerable.Range(30, 40)];
        var answer = model.Greedy(asked, 10);
        int[] next = [.. asked, .. answer, 55, 56];
        var expected = model.Greedy(next, 10);
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        (await scheduler.Enqueue(new GenerateRequest(asked, 10, model.Tokenizer))).CachedTokens.ShouldBe(0);
        var result = await scheduler.Enqueue(new GenerateRequest(next, 10, model.Tokenizer));
        result.CachedTokens.ShouldBeGreaterThanOrEqualTo(asked.Length + answer.Length - 1);
        result.Tokens.ShouldBe(expected);
    }

    [Fact]
    public async Task A_constraint_holds_and_ends_the_answer()
    {
        using var model = new RandomModel("onnx", repeatable: false);
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        var result = await scheduler.Enqueue(new GenerateRequest(Prompt, 30, model.Tokenizer)
        {
            Constraint = new Ascending(4),
            Sampling = new SamplingOptions { Temperature = 1 },
        });
        result.Tokens.Length.ShouldBe(4);
        result.Tokens.ShouldBe(result.Tokens.Order().Distinct());
        result.Reason.ShouldBe(FinishReason.Stop);
    }

    [Fact]
    public async Task A_cancelled_generation_makes_room_and_a_text_is_scored_while_others_write()
    {
        using var model = new RandomModel("f32", repeatable: true);
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        using var cancel = new CancellationTokenSource();
        var writes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pieces = 0;
        var endless = scheduler.Enqueue(new GenerateRequest(Prompt, 240, model.Tokenizer)
        {
            Cancellation = cancel.Token,
            Constraint = new NeverEnding(model.Tokenizer.EosTokenId),
            OnText = _ =>
            {
                pieces++;
                writes.TrySetResult();
                if (pieces == 3)
                {
                    cancel.Cancel();
                }
            },
        });
        await writes.Task;
        await scheduler.Enqueue(new ScoreRequest([1, 2], [3], new LabelTrie([[4], [5]])));
        await Should.ThrowAsync<OperationCanceledException>(() => endless);
        pieces.ShouldBe(3);
        (await scheduler.Enqueue(new GenerateRequest(Prompt, 3, model.Tokenizer))).Tokens.Length.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void A_prompt_that_leaves_no_room_is_refused_with_the_figures()
    {
        using var model = new RandomModel("f32", repeatable: false);
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        Should.Throw<RuntimeException>(() => { _ = scheduler.Enqueue(new GenerateRequest([.. Enumerable.Repeat(3, 256)], 1, model.Tokenizer)); }).Message.ShouldContain("256");
        Should.Throw<RuntimeException>(() => { _ = scheduler.Enqueue(new GenerateRequest([100_000], 1, model.Tokenizer)); });
    }

    /// <summary>Each token has a higher id than the one before, a given number of them.</summary>
    private sealed class Ascending(int count) : ITokenConstraint
    {
        private int last = 20;
        private int accepted;

        public bool CanEnd => MustEnd;

        public bool MustEnd => accepted == count;

        public void Apply(Span<float> logits, int remainingTokens)
        {
            logits[..(last + 1)].Fill(float.NegativeInfinity);
            logits[(last + 20)..].Fill(float.NegativeInfinity);
        }

        public void Accept(int token)
        {
            last = token;
            accepted++;
        }
    }

    private sealed class NeverEnding(int end) : ITokenConstraint
    {
        public bool CanEnd => false;

        public bool MustEnd => false;

        // Printable text only, so that every token is a piece.
        public void Apply(Span<float> logits, int remainingTokens)
        {
            logits[end] = float.NegativeInfinity;
            logits[200..].Fill(float.NegativeInfinity);
        }

        public void Accept(int token)
        {
        }
    }
}
