using System.Text;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Runtime.Tests;

public sealed class GeneratorTests
{
    private const string Text = "brake worn, new pads fitted";

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task What_is_streamed_is_the_whole_answer_in_whole_characters(EngineChoice engine)
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open(engine);
        for (uint seed = 0; seed < 5; seed++)
        {
            // A random model writes single bytes of characters too.
            var options = new GenerationOptions { MaxTokens = 40, Sampling = new SamplingOptions { Temperature = 1.5f, Seed = seed } };
            var whole = await runtime.Generator.GenerateAsync(Text, options);
            var streamed = new StringBuilder();
            GeneratedText? last = null;
            await foreach (var update in runtime.Generator.StreamAsync(Text, options))
            {
                last.ShouldBeNull();
                streamed.Append(update.Text);
                last = update.Result;
            }

            streamed.ToString().ShouldBe(whole.Text);
            last.ShouldNotBeNull().Text.ShouldBe(whole.Text);
            last.FinishReason.ShouldBe(whole.FinishReason);
            last.Usage.AnswerTokens.ShouldBe(whole.Usage.AnswerTokens);
            last.Usage.CachedTokens.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_stop_string_split_over_tokens_ends_the_answer_and_is_not_part_of_it()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        var whole = (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 60 })).Text;
        var at = Enumerable.Range(whole.Length / 3, whole.Length / 2).First(i => whole.AsSpan(i, 6).IndexOf('\uFFFD') < 0);
        var stop = whole.Substring(at, 6);
        var streamed = new StringBuilder();
        GeneratedText? last = null;
        await foreach (var update in runtime.Generator.StreamAsync(Text, new GenerationOptions { MaxTokens = 60, Stop = ["never written at all", stop] }))
        {
            streamed.Append(update.Text);
            last = update.Result;
        }

        last.ShouldNotBeNull().FinishReason.ShouldBe(FinishReason.StopString);
        streamed.ToString().ShouldBe(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        last.Text.ShouldBe(streamed.ToString());
    }

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task Sampling_has_effect_and_a_seed_reproduces(EngineChoice engine)
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open(engine);
        async Task<string> Write(SamplingOptions sampling) => (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 24, Sampling = sampling })).Text;
        var greedy = await Write(SamplingOptions.Greedy);
        var drawn = new SamplingOptions { Temperature = 1.3f, Seed = 7 };
        var first = await Write(drawn);
        (await Write(drawn)).ShouldBe(first);
        first.ShouldNotBe(greedy);
        (await Write(drawn with { Seed = 8 })).ShouldNotBe(first);
        (await Write(drawn with { TopK = 1 })).ShouldBe(greedy);
        (await Write(drawn with { TopP = 1e-6f })).ShouldBe(greedy);
        (await Write(SamplingOptions.Greedy with { RepetitionPenalty = 5 })).ShouldNotBe(greedy);
    }

    [Fact]
    public async Task A_schema_makes_the_answer_a_document()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        var schema = JsonSchema.Parse(System.Text.Json.JsonElement.Parse(WritingBundle.Schema));
        var answer = await runtime.Generator.GenerateAsync(Text, new GenerationOptions { Schema = schema });
        schema.FindViolation(System.Text.Json.JsonElement.Parse(answer.Text)).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(() => runtime.Generator.GenerateAsync(Text, new GenerationOptions { Schema = schema, Stop = ["x"] }));
    }

    [Fact]
    public async Task A_full_context_ends_the_answer_by_length()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        for (uint seed = 0; seed < 20; seed++)
        {
            var answer = await runtime.Generator.GenerateAsync(Text, new GenerationOptions { Sampling = new SamplingOptions { Temperature = 1, Seed = seed } });
            if (answer.FinishReason == FinishReason.Length)
            {
                answer.Usage.TotalTokens.ShouldBe(runtime.ContextLength);
                return;
            }
        }

        throw new InvalidOperationException("No answer of twenty reached the context.");
    }

    [Fact]
    public async Task Cancellation_and_leaving_the_stream_give_the_request_up_after_the_token_that_runs()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in runtime.Generator.StreamAsync(Text, new GenerationOptions { MaxTokens = 200 }, cancel.Token))
            {
                update.Result.ShouldBeNull();
                seen++;
                await cancel.CancelAsync();
            }
        });
        seen.ShouldBe(1);
        await foreach (var update in runtime.Generator.StreamAsync(Text))
        {
            break;
        }

        // The engine is free again.
        (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 3 })).Usage.AnswerTokens.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task Disposal_ends_streams_that_run()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        var runtime = bundle.Open();
        var generator = runtime.Generator;
        await Should.ThrowAsync<RuntimeStoppedException>(async () =>
        {
            while (true)
            {
                await foreach (var update in generator.StreamAsync(Text, new GenerationOptions { MaxTokens = 200 }))
                {
                    runtime.Dispose();
                }
            }
        });
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_the_call()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        Should.Throw<ArgumentException>(() => runtime.Generator.StreamAsync(Text, new GenerationOptions { MaxTokens = 0 }));
        Should.Throw<ArgumentException>(() => runtime.Generator.StreamAsync(Text, new GenerationOptions { Stop = [""] }));
        Should.Throw<ArgumentException>(() => runtime.Generator.StreamAsync(Text, new GenerationOptions { Sampling = new SamplingOptions { TopP = 0 } }));
        Should.Throw<InvalidTextException>(() => runtime.Generator.StreamAsync(" "));
    }
}
