using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Extensions.AI.Tests;

public sealed class SlmChatClientTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "pump leaks")];

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task An_answer_has_usage_and_finish_reason_and_streams_alike(EngineChoice engine)
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var runtime = bundle.Open(engine);
        using var client = new SlmChatClient(runtime);
        var options = new ChatOptions { MaxOutputTokens = 7 };
        var response = await client.GetResponseAsync(Question, options);
        response.FinishReason.ShouldBe(ChatFinishReason.Length);
        response.ModelId.ShouldBe("faults");
        response.Usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(7);
        response.Usage.InputTokenCount.ShouldNotBeNull().ShouldBeGreaterThan(0);
        response.Usage.TotalTokenCount.ShouldBe(response.Usage.InputTokenCount + 7);
        response.Text.ShouldBe((await runtime.Chat.RespondAsync([new("user", "pump leaks")], new GenerationOptions { MaxTokens = 7 })).Text);

        var streamed = await client.GetStreamingResponseAsync(Question, options).ToChatResponseAsync();
        streamed.Text.ShouldBe(response.Text);
        streamed.FinishReason.ShouldBe(ChatFinishReason.Length);
        streamed.Usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(7);
    }

    [Theory]
    [InlineData(EngineChoice.Llama)]
    [InlineData(EngineChoice.Onnx)]
    public async Task A_schema_as_response_format_is_kept_in_concurrent_calls(EngineChoice engine)
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var runtime = bundle.Open(engine);
        using var client = new SlmChatClient(runtime);
        var schema = JsonElement.Parse(WritingBundle.Schema);
        var compiled = JsonSchema.Parse(schema);
        var plain = client.GetResponseAsync(Question, new ChatOptions { MaxOutputTokens = 30 });
        var documents = await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => client.GetResponseAsync(Question, new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(schema),
            Temperature = 1.5f,
            Seed = seed,
            MaxOutputTokens = 60,
        })));
        foreach (var document in documents)
        {
            compiled.FindViolation(JsonElement.Parse(document.Text)).ShouldBeNull();
        }

        (await plain).Text.ShouldBe((await client.GetResponseAsync(Question, new ChatOptions { MaxOutputTokens = 30 })).Text);
        var any = await client.GetResponseAsync(Question, new ChatOptions { ResponseFormat = ChatResponseFormat.Json, MaxOutputTokens = 40 });
        JsonElement.Parse(any.Text).ValueKind.ShouldBe(JsonValueKind.Object);
        await Should.ThrowAsync<TaskDefinitionException>(() => client.GetResponseAsync(
            Question, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"not":{"type":"string"}}""")) }));
    }

    [Fact]
    public async Task Temperature_seed_stop_sequences_and_instructions_have_effect()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var runtime = bundle.Open();
        using var client = new SlmChatClient(runtime);
        async Task<ChatResponse> Ask(ChatOptions options)
        {
            options.MaxOutputTokens = 24;
            return await client.GetResponseAsync(Question, options);
        }

        var greedy = (await Ask(new())).Text;
        var drawn = (await Ask(new() { Temperature = 1.3f, Seed = 5 })).Text;
        drawn.ShouldNotBe(greedy);
        (await Ask(new() { Temperature = 1.3f, Seed = 5 })).Text.ShouldBe(drawn);
        (await Ask(new() { Seed = 5 })).Text.ShouldNotBe(greedy);
        (await Ask(new() { Temperature = 1.3f, TopK = 1 })).Text.ShouldBe(greedy);
        (await Ask(new() { TopP = 1e-6f })).Text.ShouldBe(greedy);
        (await Ask(new() { FrequencyPenalty = 50 })).Text.ShouldNotBe(greedy);
        var at = Enumerable.Range(4, greedy.Length - 8).First(i => greedy.AsSpan(i, 3).IndexOf('\uFFFD') < 0);
        var stopped = await Ask(new() { StopSequences = [greedy.Substring(at, 3)] });
        stopped.Text.ShouldBe(greedy[..greedy.IndexOf(greedy.Substring(at, 3), StringComparison.Ordinal)]);
        stopped.FinishReason.ShouldBe(ChatFinishReason.Stop);
        (await Ask(new() { Instructions = "Answer in rhymes." })).Usage!.InputTokenCount.ShouldNotBe((await Ask(new())).Usage!.InputTokenCount);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        using var runtime = bundle.Open();
        using var client = new SlmChatClient(runtime);
        foreach (var options in new ChatOptions[]
        {
            new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] },
            new() { ToolMode = ChatToolMode.RequireAny },
            new() { ConversationId = "kept elsewhere" },
            new() { ModelId = "gpt" },
        })
        {
            await Should.ThrowAsync<NotSupportedException>(() => client.GetResponseAsync(Question, options));
        }

        await Should.ThrowAsync<NotSupportedException>(() => client.GetResponseAsync([new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]));
        await Should.ThrowAsync<ArgumentException>(() => client.GetResponseAsync(Question, new ChatOptions { TopP = 2 }));
        await Should.ThrowAsync<ArgumentException>(() => client.GetResponseAsync([]));
        (await Should.ThrowAsync<InvalidTextException>(() => client.GetResponseAsync([new(ChatRole.User, " ")]))).Reason.ShouldBe(InvalidTextReason.Empty);
    }

    [Fact]
    public async Task Bundles_with_an_instruction_of_their_own_answer_one_text()
    {
        using var bundle = new WritingBundle(TaskKind.Extract);
        using var runtime = bundle.Open();
        using var client = new SlmChatClient(runtime);
        var expected = (await runtime.Extractor.ExtractAsync("pump leaks")).Document.GetRawText();
        (await client.GetResponseAsync(Question)).Text.ShouldBe(expected);
        var streamed = new StringBuilder();
        await foreach (var update in client.GetStreamingResponseAsync(Question))
        {
            streamed.Append(update.Text);
        }

        streamed.ToString().ShouldBe(expected);
        await Should.ThrowAsync<NotSupportedException>(() => client.GetResponseAsync([new(ChatRole.System, "x"), .. Question]));
    }

    [Fact]
    public async Task Cancellation_and_disposal_of_the_runtime_end_a_stream()
    {
        using var bundle = new WritingBundle(TaskKind.Chat);
        var runtime = bundle.Open();
        using var client = new SlmChatClient(runtime);
        using var cancel = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync(Question, cancellationToken: cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        runtime.Dispose();
        await Should.ThrowAsync<RuntimeStoppedException>(() => client.GetResponseAsync(Question));
    }
}
