using SlmEdge.Worker.Tests.Storage;

namespace SlmEdge.Worker.Tests.Jobs;

/// <summary>What a service that was killed leaves in its folder, and what the next one makes of it.</summary>
public sealed class InterruptedInboxTests
{
    private const string Rows = "{\"text\": \"the dog barked\"}\n{\"text\": \"it rained\"}\n";

    [SkippableFact]
    public async Task Results_that_were_half_written_are_no_job_of_their_own()
    {
        await using var service = await DurableService.StartAsync();
        await service.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(service.Inbox, ".claimed", ".a.jsonl.results.jsonl"), Rows[..30]);
        await File.WriteAllTextAsync(Path.Combine(service.Inbox, ".claimed", "0198_a.jsonl"), Rows);
        await service.StartAgainAsync();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(service.Inbox, "done", "a.jsonl")));
        (await service.GetAsync("/v1/jobs")).GetProperty("jobs").GetArrayLength().ShouldBe(1);
        File.ReadAllLines(Path.Combine(service.Inbox, "done", "a.jsonl.results.jsonl")).Length.ShouldBe(2);
        Directory.GetFiles(Path.Combine(service.Inbox, "failed")).ShouldBeEmpty();
        Directory.GetFiles(Path.Combine(service.Inbox, ".claimed")).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_claimed_file_is_decided_again_when_the_queue_was_damaged()
    {
        await using var service = await DurableService.StartAsync();
        await service.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(service.Inbox, ".claimed", "0198_a.jsonl"), Rows);
        await File.WriteAllTextAsync(service.Database, new string('?', 5000));
        await service.StartAgainAsync();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(service.Inbox, "done", "a.jsonl")));
        Directory.GetFiles(service.Folder, "worker.db.damaged-*").ShouldHaveSingleItem();
        service.Log.ShouldContain(line => line.Contains("storage-damaged", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_second_file_of_a_name_does_not_replace_the_first_ones_results()
    {
        await using var service = await DurableService.StartAsync();
        foreach (var results in (string[])["a.jsonl.results.jsonl", "a-2.jsonl.results.jsonl"])
        {
            await File.WriteAllTextAsync(Path.Combine(service.Inbox, "a.jsonl.part"), Rows);
            File.Move(Path.Combine(service.Inbox, "a.jsonl.part"), Path.Combine(service.Inbox, "a.jsonl"));
            await Eventually.HoldsAsync(() => File.Exists(Path.Combine(service.Inbox, "done", results)));
        }

        Directory.GetFiles(Path.Combine(service.Inbox, "done")).Length.ShouldBe(4);
    }
}
