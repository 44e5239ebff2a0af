using SlmEdge.Bundles.Store;

namespace SlmEdge.Worker.Tests.Updates;

/// <summary>The service is killed at each step of an update; whatever the step, a whole version answers at the next start and takes the update then.</summary>
public sealed class KilledUpdateTests
{
    public static TheoryData<InstallStep> Steps => [.. Enum.GetValues<InstallStep>()];

    [SkippableTheory]
    [MemberData(nameof(Steps))]
    public async Task Killed_at_any_step_of_an_update_the_service_has_a_whole_version_at_the_next_start(InstallStep step)
    {
        await using var service = await UpdatedService.CreateAsync();
        using (var killed = KilledService.Start(service.Store, step))
        {
            using var client = new HttpClient { BaseAddress = new Uri((await killed.StandardOutput.ReadLineAsync())!) };
            using var content = new StreamContent(File.OpenRead(service.Make("2.0")));
            await Should.ThrowAsync<HttpRequestException>(() => client.PutAsync(new Uri("/v1/bundle", UriKind.Relative), content));
            await killed.WaitForExitAsync();
            killed.ExitCode.ShouldBe(128 + 9);
        }

        await service.StartAgainAsync();
        var switched = step == InstallStep.Switched;
        (await service.VersionAsync()).ShouldBe(switched ? "2.0" : "1.2.3");
        await service.AskAsync(2);
        Directory.GetFiles(Path.Combine(service.Store, "updates"), "*.slmb", SearchOption.AllDirectories).ShouldBeEmpty();
        var updates = await service.GetAsync("/v1/updates");
        if (switched)
        {
            // The trial was on the disk before the store switched.
            updates.GetProperty("state").GetString().ShouldBe("trial");
            updates.GetProperty("trial").GetProperty("crashes").GetInt32().ShouldBe(1);
            return;
        }

        updates.GetProperty("state").GetString().ShouldBe("idle");
        (await service.PutAsync(service.Make("2.0"))).Answer.GetProperty("version").GetString().ShouldBe("2.0");
        await service.AskAsync(1);
    }
}
