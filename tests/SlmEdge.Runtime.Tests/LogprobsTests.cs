using System.Text;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Runtime.Tests;

public sealed class LogprobsTests
{
    private const string Text = "brake worn, new pads fitted";

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task The_tokens_spell_the_answer_and_each_stands_in_the_model_s_own_distribution(EngineChoice engine)
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open(engine);
        var answer = await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 24, Logprobs = 5 });
        var tokens = answer.Logprobs.ShouldNotBeNull();
        tokens.Count.ShouldBe(answer.Usage.AnswerTokens);
        Encoding.UTF8.GetString([.. tokens.SelectMany(token => token.Bytes)]).TrimStart().ShouldBe(answer.Text);
        foreach (var token in tokens)
        {
            token.Top.Count.ShouldBe(5);
            token.Top.Select(one => one.Logprob).ShouldBe(token.Top.Select(one => one.Logprob).OrderDescending());
            token.Top.Sum(one => Math.Exp(one.Logprob)).ShouldBeLessThanOrEqualTo(1 + 1e-6);

            // Greedily the likeliest is written.
            token.Logprob.ShouldBe(token.Top[0].Logprob);
            token.Bytes.ShouldBe(token.Top[0].Bytes);
        }
    }

    [Fact]
    public async Task All_tokens_together_have_probability_one_whichever_engine_computes()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        var options = new GenerationOptions { MaxTokens = 12, Logprobs = GenerationOptions.MaxLogprobs };
        using var llama = bundle.Open();
        using var onnx = bundle.Open(EngineChoice.Onnx);
        var one = (await llama.Generator.GenerateAsync(Text, options)).Logprobs!;
        var other = (await onnx.Generator.GenerateAsync(Text, options)).Logprobs!;
        one.Select(token => token.Text).ShouldBe(other.Select(token => token.Text));
        foreach (var (first, second) in one.Zip(other))
        {
            first.Logprob.ShouldBe(second.Logprob, 0.02);
            first.Top.Select(top => top.Logprob).Zip(second.Top.Select(top => top.Logprob)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 0.05);
        }
    }

    [Fact]
    public async Task Temperature_and_schema_do_not_change_what_the_model_thought()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        var free = (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 1, Logprobs = 20 })).Logprobs!;
        var hot = (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 1, Logprobs = 20, Sampling = new SamplingOptions { Temperature = 3, Seed = 4 } })).Logprobs!;
        hot[0].Top.Select(top => top.Text).ShouldBe(free[0].Top.Select(top => top.Text));
        hot[0].Top[0].Logprob.ShouldBe(free[0].Top[0].Logprob, 0.02);

        var schema = JsonSchema.Parse(System.Text.Json.JsonElement.Parse("""{"type":"object","properties":{"a":{"enum":["x"]}},"required":["a"],"additionalProperties":false}"""));
        var document = (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 40, Logprobs = 1, Schema = schema })).Logprobs!;
        document[0].Top[0].Text.ShouldBe(free[0].Top[0].Text);
        document[0].Logprob.ShouldBeLessThanOrEqualTo(document[0].Top[0].Logprob);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_hands_out_each_token_once_and_with_its_text(bool stops)
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        var whole = (await runtime.Generator.GenerateAsync(Text, new GenerationOptions { MaxTokens = 60 })).Text;
        var at = Enumerable.Range(whole.Length / 3, whole.Length / 2).First(i => whole.AsSpan(i, 6).IndexOf('\uFFFD') < 0);
        var options = new GenerationOptions { MaxTokens = 60, Logprobs = 0, Stop = stops ? [whole.Substring(at, 6)] : [] };
        var streamed = new List<TokenLogprob>();
        GeneratedText? last = null;
        await foreach (var update in runtime.Generator.StreamAsync(Text, options))
        {
            streamed.AddRange(update.Logprobs.ShouldNotBeNull());
            last = update.Result;
        }

        var all = last.ShouldNotBeNull().Logprobs.ShouldNotBeNull();
        streamed.ShouldBe(all);
        var spelled = Encoding.UTF8.GetString([.. all.SelectMany(token => token.Bytes)]).TrimStart();
        if (stops)
        {
            // The token that the stop string began in may have more than the answer has.
            spelled.ShouldStartWith(last.Text);
            spelled.Length.ShouldBeLessThan(last.Text.Length + 6);
        }
        else
        {
            spelled.ShouldBe(last.Text);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(21)]
    public async Task More_than_twenty_are_refused(int count)
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open();
        await Should.ThrowAsync<ArgumentException>(() => runtime.Generator.GenerateAsync(Text, new GenerationOptions { Logprobs = count }));
    }
}
