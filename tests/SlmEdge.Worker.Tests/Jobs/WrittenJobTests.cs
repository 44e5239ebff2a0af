using System.Text;
using SlmEdge.Tasks;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Jobs;

/// <summary>Jobs of bundles whose answers are written and not chosen.</summary>
public sealed class WrittenJobTests
{
    [SkippableTheory]
    [InlineData(TaskKind.Extract, "document")]
    [InlineData(TaskKind.Generate, "output")]
    public async Task Rows_are_answered_in_order_and_recorded_as_answers(TaskKind kind, string field)
    {
        await using var service = await DurableService.StartAsync(options => options with { Journal = new JournalOptions { Text = JournalText.Full } }, kind);
        string[] texts = ["The pump leaks.", "Two hoses are worn.", "No brake."];
        var id = await service.SubmitAsync(texts);
        (await service.WaitForJobAsync(id)).GetProperty("failed").GetInt64().ShouldBe(0);
        var results = await service.ResultsAsync(id);
        results.Select(result => result.GetProperty("text").GetString()).ShouldBe(texts);
        results.Count(result => result.TryGetProperty(field, out _)).ShouldBe(texts.Length);
        var entries = (await service.GetAsync("/v1/decisions")).GetProperty("decisions").EnumerateArray().ToArray();
        entries.Select(entry => entry.GetProperty("kind").GetString()).ShouldBe(["answer", "answer", "answer"]);
        JournalVerifier.Verify(service.Database).Damage.ShouldBeNull();

        // Answers have no label to learn: taking out the hard decisions passes them over.
        using var output = new MemoryStream();
        JournalExport.WriteHard(service.Database, output, below: 1, margin: 1).Written.ShouldBe(0);
        Encoding.UTF8.GetString(output.ToArray()).ShouldBeEmpty();
    }
}
