using System.Net;
using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Tasks;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Tests.Http;
using SlmEdge.Worker.Tests.Storage;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker.Tests.Updates;

/// <summary>New versions take over from running ones, with the real store, engine and server.</summary>
public sealed class UpdateTests
{
    [SkippableFact]
    public async Task A_new_version_takes_over_while_requests_run_and_none_is_dropped()
    {
        await using var service = await UpdatedService.StartAsync();
        using var enough = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(async _ =>
        {
            var asked = 0;
            for (; !enough.IsCancellationRequested; asked++)
            {
                await service.AskAsync(1);
            }

            return asked;
        }).ToArray();
        var (status, answer) = await service.PutAsync(service.Make("2.0"));
        status.ShouldBe(HttpStatusCode.OK, answer.ToString());
        answer.GetProperty("version").GetString().ShouldBe("2.0");
        (await service.VersionAsync()).ShouldBe("2.0");
        var over = await service.WaitAsync("idle", 1);
        await enough.CancelAsync();
        (await Task.WhenAll(clients)).Sum().ShouldBeGreaterThan(300);
        over.GetProperty("history")[0].GetProperty("outcome").GetString().ShouldBe("kept");
        service.Installed().ActiveVersion.ShouldBe("2.0");
        service.Installed().PreviousVersion.ShouldBe("1.2.3");
    }

    [SkippableFact]
    public async Task A_new_version_in_a_process_of_its_own_takes_over_from_one_and_the_old_process_ends()
    {
        await using var service = await UpdatedService.StartAsync(isolation: new IsolationOptions
        {
            HostCommand = ["dotnet", Path.Combine(AppContext.BaseDirectory, "slm-edge.dll"), EngineHost.CommandName],
        });
        var before = Engines();
        before.Count.ShouldBe(1);
        using var enough = new CancellationTokenSource();
        var client = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await service.AskAsync(1);
            }
        });
        (await service.PutAsync(service.Make("2.0"))).Status.ShouldBe(HttpStatusCode.OK);
        await service.WaitAsync("idle", 1);
        await enough.CancelAsync();
        await client;
        (await service.VersionAsync()).ShouldBe("2.0");
        await Eventually.HoldsAsync(() => Engines() is { Count: 1 } after && !after.SetEquals(before));

        // Of this test only: the folder of its store stands in no command line, but its processes are this one's children.
        HashSet<int> Engines() => [.. Directory.GetDirectories("/proc/self/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(int.Parse).Where(id => File.ReadAllText($"/proc/{id}/cmdline").Contains(EngineHost.CommandName, StringComparison.Ordinal))];
    }

    [SkippableFact]
    public async Task A_version_that_abstains_more_is_sent_back_by_itself()
    {
        await using var service = await UpdatedService.StartAsync();
        await service.AskAsync(80);
        var (status, answer) = await service.PutAsync(service.MakeUnsure("2.0"));
        status.ShouldBe(HttpStatusCode.OK, answer.ToString());
        answer.GetProperty("state").GetString().ShouldBe("trial");
        answer.GetProperty("trial").GetProperty("before").GetProperty("decisions").GetInt64().ShouldBe(80);

        // Another update has to wait for the end of the trial.
        (await service.PutAsync(service.Make("3.0"))).Answer.GetProperty("type").GetString().ShouldBe("urn:slm-edge:update-running");
        await service.AskAsync(60);
        var over = await service.WaitAsync("idle", 1);
        over.GetProperty("history")[0].GetProperty("outcome").GetString().ShouldBe("rolledBack");
        over.GetProperty("history")[0].GetProperty("detail").GetString()!.ShouldContain("abstentions");
        (await service.VersionAsync()).ShouldBe("1.2.3");
        service.Installed().ActiveVersion.ShouldBe("1.2.3");
        service.Log.ShouldContain(line => line.Contains("\"update-rolled-back\"", StringComparison.Ordinal));
        await service.AskAsync(1);
    }

    [SkippableFact]
    public async Task A_trial_goes_on_after_a_restart_with_what_was_known()
    {
        await using var service = await UpdatedService.StartAsync();
        await service.AskAsync(80);
        await service.PutAsync(service.MakeUnsure("2.0"));
        await service.AskAsync(20);
        await service.StopAsync();
        await service.StartAgainAsync();
        var updates = await service.GetAsync("/v1/updates");
        updates.GetProperty("state").GetString().ShouldBe("trial");
        updates.GetProperty("trial").GetProperty("after").GetProperty("decisions").GetInt64().ShouldBe(20);
        updates.GetProperty("trial").GetProperty("crashes").GetInt32().ShouldBe(0);
        await service.AskAsync(40);
        (await service.WaitAsync("idle", 1)).GetProperty("history")[0].GetProperty("outcome").GetString().ShouldBe("rolledBack");
        await service.StopAsync();
        await service.StartAgainAsync();
        (await service.VersionAsync()).ShouldBe("1.2.3");
        (await service.GetAsync("/v1/updates")).GetProperty("history").GetArrayLength().ShouldBe(1);
    }

    [SkippableFact]
    public async Task A_version_that_takes_the_service_down_again_and_again_is_sent_back_at_the_start()
    {
        await using var service = await UpdatedService.StartAsync();
        await service.PutAsync(service.Make("2.0"));
        await service.StopAsync();

        // What a process leaves that ended without a stop for the third time.
        var path = Path.Combine(service.Store, "updates", "stories.json");
        var record = UpdateRecord.Load(path, new WorkerLog(null));
        (record with { Trial = record.Trial! with { Running = true, Crashes = 2 } }).Save(path);
        await service.StartAgainAsync();
        (await service.VersionAsync()).ShouldBe("1.2.3");
        var entry = (await service.WaitAsync("idle", 1)).GetProperty("history")[0];
        entry.GetProperty("outcome").GetString().ShouldBe("rolledBack");
        entry.GetProperty("detail").GetString()!.ShouldContain("3 times");
    }

    [SkippableFact]
    public async Task A_bundle_that_is_no_newer_version_of_what_runs_is_refused_and_nothing_changes()
    {
        await using var service = await UpdatedService.StartAsync();
        await ShouldRefuseAsync("other-bundle", service.Make("2.0", manifest => manifest with { Name = "novels" }));
        await ShouldRefuseAsync("other-bundle", service.Make("2.0", manifest => manifest with { Task = manifest.Task with { Name = "novels" } }));
        await ShouldRefuseAsync("other-bundle", service.Make("1.2.3"));
        await ShouldRefuseAsync("bundle-refused", service.Make("1.0"));
        await ShouldRefuseAsync("bundle-refused", service.Make("2.0", signed: false));
        await ShouldRefuseAsync("bundle-refused", service.Make("2.0", manifest => manifest with { Golden = [new GoldenExample("A dog.", "food", 1, 0.0001)] }));
        var torn = service.Make("2.0");
        await File.WriteAllBytesAsync(torn, (await File.ReadAllBytesAsync(torn))[..5000]);
        await ShouldRefuseAsync("bundle-refused", torn);
        (await service.VersionAsync()).ShouldBe("1.2.3");
        service.Installed().ActiveVersion.ShouldBe("1.2.3");
        Directory.GetFiles(Path.Combine(service.Store, "updates"), "*.slmb", SearchOption.AllDirectories).ShouldBeEmpty();

        async Task ShouldRefuseAsync(string type, string file)
        {
            var (_, answer) = await service.PutAsync(file);
            answer.GetProperty("type").GetString().ShouldBe("urn:slm-edge:" + type, answer.ToString());
        }
    }

    [SkippableFact]
    public async Task Without_trusted_keys_or_a_store_nothing_is_taken()
    {
        await using var service = await UpdatedService.StartAsync();
        var file = service.Make("2.0");
        Directory.Delete(Path.Combine(service.Store, "trusted-keys"), recursive: true);
        var (status, answer) = await service.PutAsync(file);
        status.ShouldBe(HttpStatusCode.Forbidden, answer.ToString());
        await using var byPath = await RunningService.StartAsync();
        using var content = new ByteArrayContent([1, 2, 3]);
        await RunningService.ReadProblemAsync(await byPath.Client.PutAsync(new Uri("/v1/bundle", UriKind.Relative), content), 409, "no-store");
        (await RunningService.ReadAsync(await byPath.Client.GetAsync(new Uri("/v1/updates", UriKind.Relative)))).GetProperty("state").GetString().ShouldBe("off");
    }

    [SkippableFact]
    public async Task A_bundle_larger_than_allowed_is_not_stored()
    {
        await using var service = await UpdatedService.StartAsync(options => options with { MaxBundleBytes = 1000 });
        var (status, answer) = await service.PutAsync(service.Make("2.0"));
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge, answer.ToString());
    }

    [SkippableFact]
    public async Task In_the_shadow_a_version_has_to_decide_as_the_running_one()
    {
        await using var service = await UpdatedService.StartAsync();
        (await service.PutAsync(service.MakeUnsure("2.0"), "?shadow=10")).Status.ShouldBe(HttpStatusCode.Accepted);
        var updates = await service.WaitAsync("shadow", 0);
        updates.GetProperty("shadow").GetProperty("requests").GetInt32().ShouldBe(10);
        updates.GetProperty("version").GetString().ShouldBe("1.2.3");
        await service.AskAsync(10);
        var refused = (await service.WaitAsync("idle", 1)).GetProperty("history")[0];
        refused.GetProperty("outcome").GetString().ShouldBe("refused");
        refused.GetProperty("detail").GetString()!.ShouldContain("Of 10 texts in 10 requests 0 were decided alike");
        (await service.VersionAsync()).ShouldBe("1.2.3");

        (await service.PutAsync(service.Make("2.1"), "?shadow=5")).Status.ShouldBe(HttpStatusCode.Accepted);
        await service.WaitAsync("shadow", 1);
        await service.AskAsync(5);
        await service.WaitAsync("trial", 1);
        (await service.VersionAsync()).ShouldBe("2.1");
    }

    [SkippableFact]
    public async Task A_stop_ends_a_shadow_run_that_waits_for_requests()
    {
        await using var service = await UpdatedService.StartAsync();
        await service.PutAsync(service.Make("2.0"), "?shadow=1000");
        await service.WaitAsync("shadow", 0);
        await service.StopAsync();
        await service.StartAgainAsync();
        (await service.VersionAsync()).ShouldBe("1.2.3");
        (await service.GetAsync("/v1/updates")).GetProperty("history")[0].GetProperty("outcome").GetString().ShouldBe("refused");
    }

    [SkippableFact]
    public async Task A_bundle_in_the_folder_is_taken_once_and_the_folder_is_left_as_it_is()
    {
        await using var service = await UpdatedService.CreateAsync();
        await service.StartAgainAsync(Watched);
        var file = Path.Combine(service.Stick, "new.slmb");
        Put(service.Make("2.0"), file);
        var before = await File.ReadAllBytesAsync(file);
        await service.WaitAsync("idle", 1);
        (await service.VersionAsync()).ShouldBe("2.0");

        // Under another name and after a restart it is still the same file; a refused one is not tried again either.
        Put(file, Path.Combine(service.Stick, "again.slmb"));
        Put(service.Make("3.0", signed: false), Path.Combine(service.Stick, "unsigned.slmb"));
        var over = await service.WaitAsync("idle", 2);
        over.GetProperty("history")[0].GetProperty("outcome").GetString().ShouldBe("refused");
        await service.StopAsync();
        await service.StartAgainAsync(Watched);
        Put(service.Make("4.0"), Path.Combine(service.Stick, "z-last.slmb"));
        (await service.WaitAsync("idle", 3)).GetProperty("history")[0].GetProperty("to").GetString().ShouldBe("4.0");
        (await File.ReadAllBytesAsync(file)).ShouldBe(before);
        Directory.GetFileSystemEntries(service.Stick).Select(Path.GetFileName).Order().ShouldBe(["again.slmb", "new.slmb", "unsigned.slmb", "z-last.slmb"]);

        // Whole at once: on a busy machine a copy may rest for longer than the short time for which a file here has to be left alone.
        static void Put(string from, string to)
        {
            var hidden = Path.Combine(Path.GetDirectoryName(to)!, "." + Path.GetFileName(to));
            File.Copy(from, hidden);
            File.Move(hidden, to);
        }

        UpdateOptions Watched(UpdateOptions options) => options with { Folder = service.Stick, FolderSettle = TimeSpan.FromMilliseconds(40), Trial = new TrialOptions { Decisions = 0 } };
    }

    [SkippableFact]
    public async Task A_refusal_just_before_a_stop_is_remembered()
    {
        await using var service = await UpdatedService.CreateAsync();
        var stopping = new TaskCompletionSource<Task>();
        service.OnLog = line =>
        {
            if (line.Contains("update-refused", StringComparison.Ordinal) && !stopping.Task.IsCompleted)
            {
                // The service has begun to stop when the folder hears of the refusal.
                stopping.SetResult(service.StopAsync());
                Thread.Sleep(300);
            }
        };
        File.Copy(service.Make("3.0", signed: false), Path.Combine(service.Stick, "unsigned.slmb"));
        await service.StartAgainAsync(Watched);
        await await stopping.Task.WaitAsync(TimeSpan.FromMinutes(2));

        await service.StartAgainAsync(Watched);
        File.Copy(service.Make("4.0"), Path.Combine(service.Stick, "z-last.slmb"));
        (await service.WaitAsync("idle", 2)).GetProperty("history")[0].GetProperty("to").GetString().ShouldBe("4.0");

        UpdateOptions Watched(UpdateOptions options) => options with { Folder = service.Stick, FolderSettle = TimeSpan.FromMilliseconds(200), Trial = new TrialOptions { Decisions = 0 } };
    }
}
