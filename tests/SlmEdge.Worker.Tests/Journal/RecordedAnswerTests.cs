using SlmEdge.Tasks;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Journal;

/// <summary>Answers of every route that writes are entries, and vectors are none.</summary>
public sealed class RecordedAnswerTests
{
    [Theory]
    [InlineData(TaskKind.Extract, "/v1/extract", """{"text":"pump broken"}""")]
    [InlineData(TaskKind.Generate, "/v1/generate", """{"text":"pump broken","maxTokens":4}""")]
    public async Task An_answer_carries_the_number_of_its_entry(TaskKind kind, string path, string body)
    {
        await using var service = await DurableService.StartAsync(KeepTexts, kind);
        await service.PostAsync("/v1/embed", """{"text":"pump broken"}""");
        var id = (await service.PostAsync(path, body)).GetProperty("id").GetInt64();
        var entry = (await service.GetAsync("/v1/decisions")).GetProperty("decisions").EnumerateArray().ShouldHaveSingleItem();
        entry.GetProperty("id").GetInt64().ShouldBe(id);
        entry.GetProperty("kind").GetString().ShouldBe("answer");
        entry.GetProperty("source").GetString().ShouldBe("http");
        entry.GetProperty("text").GetString().ShouldBe("pump broken");
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"Which hose?"}],"max_tokens":4}""")]
    [InlineData("/v1/completions", """{"prompt":"Which hose?","max_tokens":4}""")]
    public async Task A_completion_keeps_its_own_id_and_its_entry_names_it(string path, string body)
    {
        await using var service = await DurableService.StartAsync(KeepTexts, TaskKind.Chat);
        var id = (await service.PostAsync(path, body)).GetProperty("id").GetString();
        var entry = (await service.GetAsync("/v1/decisions")).GetProperty("decisions").EnumerateArray().ShouldHaveSingleItem();
        entry.GetProperty("source").GetString().ShouldBe("openai:" + id);
        entry.GetProperty("text").GetString().ShouldBe("Which hose?");
    }

    private static WorkerOptions KeepTexts(WorkerOptions options) => options with { Journal = new JournalOptions { Text = JournalText.Full } };
}
