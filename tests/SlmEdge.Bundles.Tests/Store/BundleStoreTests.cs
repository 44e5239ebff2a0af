using System.Diagnostics;
using System.Security.Cryptography;
using SlmEdge.Bundles.Keys;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Bundles.Tests.Store;

public sealed class BundleStoreTests : IDisposable
{
    private readonly Samples _samples = new();

    private string StorePath => _samples.In("store");

    public static TheoryData<InstallStep> Steps => [.. Enum.GetValues<InstallStep>()];

    public void Dispose() => _samples.Dispose();

    [Fact]
    public async Task An_installed_bundle_is_found_and_listed()
    {
        await Install("1.0.0");
        ResolvedBundle found = BundleStore.Resolve(StorePath, "orders");
        found.Version.ShouldBe("1.0.0");
        found.Fallback.ShouldBeNull();
        using Bundle bundle = Bundle.Open(found.Folder);
        File.ReadAllText(bundle.GetFilePath("report.txt")).ShouldBe("report of 1.0.0");
        BundleStore.List(StorePath).ShouldHaveSingleItem().ShouldBe(new InstalledBundle("orders", "1.0.0", null, "1.0.0", found.Folder));
    }

    [Fact]
    public async Task A_third_version_replaces_the_one_that_does_not_run()
    {
        await Install("1.0.0");
        await Install("1.1.0");
        InstalledBundle third = await Install("1.2.0");
        (third.ActiveVersion, third.PreviousVersion).ShouldBe(("1.2.0", "1.1.0"));
    }

    [Fact]
    public async Task An_older_version_is_refused_even_after_rollback_and_removal_unless_allowed()
    {
        await Install("1.9.0");
        await Install("1.10.0");
        using (BundleStore store = BundleStore.Open(StorePath))
        {
            store.Rollback("orders").ActiveVersion.ShouldBe("1.9.0");
        }

        (await Should.ThrowAsync<BundleException>(() => Install("1.9.5"))).Message.ShouldContain("1.10.0 was active here already");
        using (BundleStore store = BundleStore.Open(StorePath))
        {
            store.Remove("orders");
        }

        (await Should.ThrowAsync<BundleException>(() => Install("1.9.0"))).Message.ShouldContain("--allow-downgrade");
        InstalledBundle allowed = await Install("1.9.0", new InstallOptions { AllowDowngrade = true });
        (allowed.ActiveVersion, allowed.HighestVersion).ShouldBe(("1.9.0", "1.10.0"));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task An_error_at_any_step_leaves_a_whole_version_and_the_next_installation_works(InstallStep step)
    {
        await Install("1.0.0");
        await Should.ThrowAsync<InvalidDataException>(() => Install("2.0.0", new InstallOptions { OnStep = done => { if (done == step) { throw new InvalidDataException(); } } }));
        BundleStore.Resolve(StorePath, "orders").Version.ShouldBe(step == InstallStep.Switched ? "2.0.0" : "1.0.0");
        await Install("2.0.1");
        BundleStore.Resolve(StorePath, "orders").Version.ShouldBe("2.0.1");
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_process_killed_at_any_step_leaves_a_whole_version_and_the_next_installation_works(InstallStep step)
    {
        await Install("1.0.0");
        await Install("1.1.0");
        string next = Write("2.0.0");
        using (Process child = KilledInstallation.Start(StorePath, next, step.ToString()))
        {
            (await child.StandardOutput.ReadToEndAsync()).ShouldBe("");
            await child.WaitForExitAsync();
            child.ExitCode.ShouldBe(137);
        }

        BundleStore.Resolve(StorePath, "orders").Version.ShouldBe(step == InstallStep.Switched ? "2.0.0" : "1.1.0");
        using (BundleStore store = BundleStore.Open(StorePath))
        {
            InstalledBundle after = BundleStore.List(StorePath).Single();
            after.ActiveVersion.ShouldBe(step == InstallStep.Switched ? "2.0.0" : "1.1.0");
            Directory.GetDirectories(Path.GetDirectoryName(after.ActiveFolder)!).Length.ShouldBe(after.PreviousVersion is null ? 1 : 2);
            (await store.InstallAsync(next)).ActiveVersion.ShouldBe("2.0.0");
        }

        BundleStore.Resolve(StorePath, "orders").Version.ShouldBe("2.0.0");
    }

    [Fact]
    public async Task A_failed_health_check_clears_the_slot_and_the_old_version_stays()
    {
        await Install("1.0.0");
        BundleException error = await Should.ThrowAsync<BundleException>(() => Install("2.0.0", new InstallOptions { HealthCheck = (_, _) => throw new InvalidOperationException("decides otherwise.") }));
        error.Message.ShouldContain("decides otherwise");
        InstalledBundle after = BundleStore.List(StorePath).Single();
        after.ActiveVersion.ShouldBe("1.0.0");
        after.HighestVersion.ShouldBe("1.0.0");
        Directory.GetDirectories(Path.GetDirectoryName(after.ActiveFolder)!).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_model_that_the_verifier_refuses_is_not_given_to_the_health_check()
    {
        _samples.Writer().Write(_samples.In("x.slmb")); // Its GGUF file is noise with a right hash.
        bool tried = false;
        using BundleStore store = BundleStore.Open(StorePath);
        BundleException error = await Should.ThrowAsync<BundleException>(() => store.InstallAsync(_samples.In("x.slmb"), new InstallOptions
        {
            HealthCheck = (_, _) =>
            {
                tried = true;
                return Task.CompletedTask;
            },
        }));
        error.Element.ShouldBe("models/q8_0.gguf");
        tried.ShouldBeFalse();
    }

    [Fact]
    public async Task A_damaged_active_version_gives_way_to_the_previous_one_and_says_so()
    {
        await Install("1.0.0");
        InstalledBundle second = await Install("1.1.0");
        File.AppendAllText(Path.Combine(second.ActiveFolder!, "report.txt"), "x");

        ResolvedBundle found = BundleStore.Resolve(StorePath, "orders");
        found.Version.ShouldBe("1.0.0");
        found.Fallback.ShouldNotBeNull().ShouldContain("1.1.0");
        using BundleStore store = BundleStore.Open(StorePath);
        store.Repairs.ShouldHaveSingleItem().ShouldContain("the previous version 1.0.0 is active again");
        BundleStore.List(StorePath).Single().ActiveVersion.ShouldBe("1.0.0");
        Should.Throw<BundleException>(() => store.Activate("orders", "1.1.0"));
        Should.Throw<BundleException>(() => store.Rollback("orders"));
    }

    [Fact]
    public async Task A_bundle_for_a_newer_program_is_not_installed_and_the_old_version_stays()
    {
        await Install("1.0.0");
        string newer = _samples.In("newer.slmb");
        _samples.Writer(Samples.Manifest with { Version = "2.0.0", Requires = new BundleRequirements { SlmEdge = "99.0.0" } }).Write(newer);
        using (BundleStore store = BundleStore.Open(StorePath))
        {
            (await Should.ThrowAsync<BundleRequirementException>(() => store.InstallAsync(newer))).Required.ShouldBe("99.0.0");
        }

        BundleStore.Resolve(StorePath, "orders").Version.ShouldBe("1.0.0");
        Should.Throw<BundleRequirementException>(() => Bundle.Open(newer, _samples.Options()));
        Should.Throw<BundleRequirementException>(() => Bundle.VerifyAll(newer));
    }

    [Fact]
    public async Task Two_processes_cannot_change_one_store_and_a_dead_one_does_not_block()
    {
        using Process child = KilledInstallation.Start(StorePath);
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("open");
        BundleStoreBusyException error = Should.Throw<BundleStoreBusyException>(() => BundleStore.Open(StorePath));
        error.ProcessId.ShouldBe(child.Id);
        error.Message.ShouldContain($"process {child.Id}");

        child.Kill();
        await child.WaitForExitAsync();
        BundleStore.Open(StorePath).Dispose();
    }

    [Fact]
    public async Task With_trusted_keys_only_their_bundles_are_installed()
    {
        SigningKeyFiles.Create(_samples.In("key.pem"), _samples.In("store-keys.pub.pem"));
        Directory.CreateDirectory(_samples.In("keys"));
        File.Move(_samples.In("store-keys.pub.pem"), _samples.In("keys/mine.pem"));
        using TrustedKeyFolder trusted = TrustedKeyFolder.Load(_samples.In("keys"));
        using ECDsa mine = ECDsa.Create();
        mine.ImportFromPem(File.ReadAllText(_samples.In("key.pem")));
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using BundleStore store = BundleStore.Open(StorePath, new BundleOptions { RequireSignature = true, TrustedKeys = trusted.Keys });

        await Should.ThrowAsync<BundleException>(() => store.InstallAsync(Write("1.0.0")));
        await Should.ThrowAsync<BundleException>(() => store.InstallAsync(Write("1.0.1", other)));
        (await store.InstallAsync(Write("1.0.2", mine))).ActiveVersion.ShouldBe("1.0.2");
    }

    [Theory]
    [InlineData("1.2.0", "1.10.0")]
    [InlineData("1.0", "1.0.1")]
    [InlineData("1.0.0-rc.1", "1.0.0")]
    [InlineData("1.0.0-rc.2", "1.0.0-rc.10")]
    [InlineData("1.0.0-1", "1.0.0-alpha")]
    public void Versions_are_ordered_as_semantic_versioning_says(string older, string newer)
    {
        BundleVersionOrder.Compare(older, newer).ShouldBeLessThan(0);
        BundleVersionOrder.Compare(newer, older).ShouldBeGreaterThan(0);
        BundleVersionOrder.Compare(newer, newer).ShouldBe(0);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Active\":\"a\",\"Slots\":null}")]
    [InlineData("{\"active\":\"a\",\"slots\":{}}")]
    [InlineData("{\"active\":null,\"slots\":{\"../x\":{\"version\":\"1\",\"manifestSha256\":\"\"}}}")]
    public async Task A_damaged_state_file_is_a_typed_error(string content)
    {
        InstalledBundle bundle = await Install("1.0.0");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(bundle.ActiveFolder)!, "active"), content);
        Should.Throw<BundleException>(() => BundleStore.Resolve(StorePath, "orders")).Element.ShouldBe("active");
    }

    [Theory]
    [InlineData("../orders")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("..")]
    public void A_name_cannot_lead_out_of_the_store(string name) =>
        Should.Throw<BundleException>(() => BundleStore.Resolve(StorePath, name)).Message.ShouldContain("cannot be a folder");

    private async Task<InstalledBundle> Install(string version, InstallOptions? options = null)
    {
        using BundleStore store = BundleStore.Open(StorePath);
        return await store.InstallAsync(Write(version), options);
    }

    private string Write(string version, ECDsa? key = null)
    {
        string report = _samples.In($"report-{version}.txt");
        File.WriteAllText(report, $"report of {version}");
        var writer = new BundleWriter(Samples.Manifest with { Version = version, Recommended = null });
        writer.AddFile("report.txt", report, BundleFileRole.Report);
        writer.AddFile("second/report.txt", report, BundleFileRole.Report);
        string path = _samples.In($"{version}.slmb");
        writer.Write(path, key);
        return path;
    }
}
