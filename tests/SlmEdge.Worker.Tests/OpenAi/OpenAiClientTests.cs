using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.OpenAi;

#pragma warning disable OPENAI001 // The client marks the seed as one that may change.

/// <summary>The official .NET client, unchanged, against the service.</summary>
public sealed class OpenAiClientTests
{
    private static readonly ChatMessage[] Question = [new SystemChatMessage("Be brief."), new UserChatMessage("Which hose?")];

    [Fact]
    public async Task A_conversation_is_answered_with_what_the_runtime_writes()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var expected = await service.Runtime.Chat.RespondAsync([new("system", "Be brief."), new("user", "Which hose?")], new GenerationOptions { MaxTokens = 12 });
        var answer = (await Chat(service).CompleteChatAsync(Question, new ChatCompletionOptions { MaxOutputTokenCount = 12 })).Value;
        answer.Content[0].Text.ShouldBe(expected.Text);
        answer.Role.ShouldBe(ChatMessageRole.Assistant);
        answer.FinishReason.ShouldBe(expected.FinishReason == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop);
        answer.Model.ShouldBe("faults");
        answer.Usage.InputTokenCount.ShouldBe(expected.Usage.PromptTokens);
        answer.Usage.OutputTokenCount.ShouldBe(expected.Usage.AnswerTokens);
        answer.Usage.InputTokenDetails.CachedTokenCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_stream_brings_the_same_text_in_pieces_and_the_usage_at_its_end()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 24, Seed = 7, Temperature = 1.2f, TopP = 0.9f, PresencePenalty = 0.5f, FrequencyPenalty = 0.25f };
        var whole = (await Chat(service).CompleteChatAsync(Question, options)).Value;
        var text = new StringBuilder();
        var pieces = 0;
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in Chat(service).CompleteChatStreamingAsync(Question, options))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
                pieces++;
            }

            reason = update.FinishReason ?? reason;
            usage = update.Usage ?? usage;
        }

        text.ToString().ShouldBe(whole.Content[0].Text);
        pieces.ShouldBeGreaterThan(1);
        reason.ShouldBe(whole.FinishReason);
        usage.ShouldNotBeNull().OutputTokenCount.ShouldBe(whole.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_schema_is_kept()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var format = ChatResponseFormat.CreateJsonSchemaFormat(
            "fault", BinaryData.FromString("""{"type":"object","properties":{"part":{"enum":["pump","hose"]},"count":{"type":"integer","minimum":1,"maximum":9}},"required":["part","count"],"additionalProperties":false}"""), jsonSchemaIsStrict: true);
        var answer = (await Chat(service).CompleteChatAsync(Question, new ChatCompletionOptions { ResponseFormat = format, MaxOutputTokenCount = 100, Temperature = 1.5f, Seed = 5 })).Value;
        using var document = JsonDocument.Parse(answer.Content[0].Text);
        document.RootElement.GetProperty("part").GetString().ShouldBeOneOf("pump", "hose");
        document.RootElement.GetProperty("count").GetInt32().ShouldBeInRange(1, 9);
        document.RootElement.GetPropertyCount().ShouldBe(2);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task Probabilities_come_with_every_token_whole_and_streamed()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 8, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 };
        var answer = (await Chat(service).CompleteChatAsync(Question, options)).Value;
        answer.ContentTokenLogProbabilities.Count.ShouldBe(answer.Usage.OutputTokenCount);
        foreach (var token in answer.ContentTokenLogProbabilities)
        {
            token.TopLogProbabilities.Count.ShouldBe(3);
            token.TopLogProbabilities[0].Token.ShouldBe(token.Token);
            token.LogProbability.ShouldBeLessThanOrEqualTo(0);
        }

        var bytes = answer.ContentTokenLogProbabilities.SelectMany(token => token.Utf8Bytes!.Value.ToArray()).ToArray();
        Encoding.UTF8.GetString(bytes).ShouldBe(answer.Content[0].Text);

        var streamed = new List<string>();
        await foreach (var update in Chat(service).CompleteChatStreamingAsync(Question, options))
        {
            streamed.AddRange(update.ContentTokenLogProbabilities.Select(token => token.Token));
        }

        streamed.ShouldBe(answer.ContentTokenLogProbabilities.Select(token => token.Token));
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var whole = (await Chat(service).CompleteChatAsync(Question, new ChatCompletionOptions { MaxOutputTokenCount = 40 })).Value.Content[0].Text;
        var at = Enumerable.Range(1, whole.Length - 5).First(i => whole.AsSpan(i, 4).IndexOf('\uFFFD') < 0);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 40, StopSequences = { whole.Substring(at, 4) } };
        var answer = (await Chat(service).CompleteChatAsync(Question, options)).Value;
        answer.Content[0].Text.ShouldBe(whole[..whole.IndexOf(whole.Substring(at, 4), StringComparison.Ordinal)]);
        answer.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task What_is_not_supported_is_refused_by_name()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("look") } };
        var error = await Should.ThrowAsync<ClientResultException>(() => Chat(service).CompleteChatAsync(Question, options));
        error.Status.ShouldBe(400);
        error.Message.ShouldContain("tools");
        error = await Should.ThrowAsync<ClientResultException>(() => Client(service).GetChatClient("gpt-4o").CompleteChatAsync(Question));
        error.Status.ShouldBe(404);
        error.Message.ShouldContain("faults");
    }

    [SkippableFact]
    public async Task A_bundle_that_classifies_answers_with_its_label_and_the_labels_probabilities()
    {
        await using var service = await RunningService.StartAsync();
        var expected = await service.Runtime.Classifier.ClassifyAsync(TinyBundle.Texts[0]);
        var options = new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 5 };
        var answer = (await Client(service).GetChatClient("stories").CompleteChatAsync([new UserChatMessage(TinyBundle.Texts[0])], options)).Value;
        answer.Content[0].Text.ShouldBe(expected.Label);
        var token = answer.ContentTokenLogProbabilities.ShouldHaveSingleItem();
        Math.Exp(token.LogProbability).ShouldBe(expected.Confidence, 1e-5);
        token.TopLogProbabilities.Select(other => other.Token).ShouldBe(expected.Scores.Select(score => score.Label));
        token.TopLogProbabilities.Sum(other => Math.Exp(other.LogProbability)).ShouldBe(1, 1e-4);
    }

    [SkippableFact]
    public async Task An_abstention_is_a_refusal_with_its_reason()
    {
        await using var service = await RunningService.StartAsync(new RuntimeOptions { AbstainBelow = 1 });
        var answer = (await Client(service).GetChatClient("stories").CompleteChatAsync([new UserChatMessage("A dog.")])).Value;
        answer.Refusal.ShouldNotBeNull().ShouldContain("threshold");
        answer.Content.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bundle_that_extracts_answers_with_the_document()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Extract);
        var expected = await service.Runtime.Extractor.ExtractAsync("pump broken");
        var answer = (await Chat(service).CompleteChatAsync([new UserChatMessage("pump broken")])).Value;
        answer.Content[0].Text.ShouldBe(expected.Document.GetRawText());
        var error = await Should.ThrowAsync<ClientResultException>(() => Chat(service).CompleteChatAsync(Question));
        error.Message.ShouldContain("one message");
    }

    [Fact]
    public async Task Texts_are_embedded()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Chat);
        using var embedder = service.Runtime.OpenEmbedder();
        var expected = await embedder.EmbedAsync(["pump broken", "hose"]);
        var answer = (await Client(service).GetEmbeddingClient("faults").GenerateEmbeddingsAsync(["pump broken", "hose"])).Value;
        answer.Select(embedding => embedding.ToFloats().ToArray()).ShouldBe(expected.Select(text => text.Vector.ToArray()));
        answer.Usage.InputTokenCount.ShouldBe(expected.Sum(text => text.Tokens));
    }

    [Fact]
    public async Task Models_are_listed_and_described()
    {
        await using var service = await RunningService.StartAsync(TaskKind.Generate);
        var models = Client(service).GetOpenAIModelClient();
        (await models.GetModelsAsync()).Value.ShouldHaveSingleItem().Id.ShouldBe("faults");
        (await models.GetModelAsync("faults")).Value.OwnedBy.ShouldBe("slm-edge");
        (await Should.ThrowAsync<ClientResultException>(() => models.GetModelAsync("other"))).Status.ShouldBe(404);
    }

    private static ChatClient Chat(RunningService service) => Client(service).GetChatClient("faults");

    private static OpenAIClient Client(RunningService service) =>
        new(new ApiKeyCredential("none is asked for"), new OpenAIClientOptions { Endpoint = new Uri(service.Client.BaseAddress!, "/v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });
}
