using System.Diagnostics;
using SlmEdge.Worker.Systemd;
using SlmEdge.Worker.Tests.CommandLine;

namespace SlmEdge.Worker.Tests.Systemd;

public sealed class ServiceUnitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_unit_may_do_no_more_than_it_needs()
    {
        var lines = Unit().ToText().Split('\n');
        foreach (var line in new[]
        {
            "Type=notify", "WatchdogSec=60", "DynamicUser=yes", "ProtectSystem=strict", "StateDirectory=slm-edge", "MemoryMax=50%", "NoNewPrivileges=yes",
            "SystemCallFilter=@system-service", "CapabilityBoundingSet=", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "IPAddressAllow=localhost", "IPAddressDeny=any",
        })
        {
            lines.ShouldContain(line);
        }

        lines.ShouldNotContain("PrivateNetwork=yes");
    }

    [Fact]
    public void A_service_on_unix_sockets_has_no_network()
    {
        var lines = (Unit() with { Urls = ["unix:/run/slm-edge/api.sock"] }).ToText().Split('\n');
        lines.ShouldContain("PrivateNetwork=yes");
        lines.ShouldContain("RestrictAddressFamilies=AF_UNIX");
        lines.ShouldNotContain(line => line.StartsWith("IPAddressAllow", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_configured_stands_in_the_unit()
    {
        var lines = (Unit() with { AllowedPeers = ["10.0.0.0/8", "fd00::1"], MemoryMebibytes = 700, ReadablePaths = ["/home/me/keys"], Name = "edge-2" }).ToText().Split('\n');
        lines.ShouldContain("IPAddressAllow=localhost 10.0.0.0/8 fd00::1");
        lines.ShouldContain("MemoryMax=700M");
        lines.ShouldContain("BindReadOnlyPaths=-/home/me/keys");
        lines.ShouldContain("ProtectHome=tmpfs");
        lines.ShouldContain("StateDirectory=edge-2");
    }

    [Fact]
    public void A_group_of_the_system_may_use_the_sockets()
    {
        var text = (Unit() with { Group = "operators" }).ToText();
        text.ShouldContain("DynamicUser=yes\nGroup=operators\nStateDirectory=");
        Unit().ToText().ShouldContain("DynamicUser=yes\nStateDirectory=");
    }

    [Fact]
    public void Arguments_reach_the_program_as_they_were_given()
    {
        (Unit() with { Arguments = ["--keys", "/etc/my keys.json", "a\"b\\c", "50%", "$HOME", ""] }).ToText()
            .ShouldContain("""ExecStart=/usr/bin/slm-edge serve --keys "/etc/my keys.json" "a\"b\\c" 50%% "$$HOME" """ + "\"\"\n");
    }

    [Theory]
    [InlineData("a\nExecStartPre=/bin/sh")]
    [InlineData("tab\t")]
    public void Nothing_breaks_out_of_its_line(string argument)
    {
        Should.Throw<WorkerException>(() => (Unit() with { Arguments = [argument] }).ToText());
        Should.Throw<WorkerException>(() => (Unit() with { ReadablePaths = ["/" + argument] }).ToText());
        Should.Throw<WorkerException>(() => (Unit() with { Name = argument }).ToText());
        Should.Throw<WorkerException>(() => (Unit() with { Group = argument }).ToText());
        Should.Throw<WorkerException>(() => (Unit() with { AllowedPeers = [argument] }).ToText());
    }

    [SkippableTheory]
    [InlineData("http://127.0.0.1:8088")]
    [InlineData("unix:/run/slm-edge/api.sock")]
    public async Task Systemd_finds_nothing_wrong_with_the_unit_and_little_exposed(string url)
    {
        Skip.IfNot(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed on this machine.");
        var file = folder.File("slm-edge.service");

        // The check wants the program to be there.
        await File.WriteAllTextAsync(file, (Unit() with { Program = "/bin/true", Urls = [url] }).ToText());
        var (verified, said) = await AnalyzeAsync("verify", "--man=no", file);
        verified.ShouldBe(0, said);
        said.ShouldNotContain("slm-edge.service:");

        // Of 100; what is left is the network, where there is one, and writable code, which a just-in-time compiler needs.
        var (secure, report) = await AnalyzeAsync("security", "--offline=true", "--threshold=20", file);
        secure.ShouldBe(0, report);
    }

    [Fact]
    public async Task The_command_writes_shows_and_removes_the_unit()
    {
        string[] options = ["--bundle", "store:orders", "--urls", "unix:/run/slm-edge/api.sock", "--program", "/usr/bin/slm-edge", "--unit-dir", folder.Path];
        var dry = await EdgeProcess.RunAsync(null, ["service", "install", "--dry-run", .. options, "--", "--log-requests"]);
        dry.Code.ShouldBe(0, dry.Errors);
        dry.Output.ShouldContain("ExecStart=/usr/bin/slm-edge serve --bundle store:orders --urls unix:/run/slm-edge/api.sock --log-requests\n");
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
        (await EdgeProcess.RunAsync(null, ["service", "install", .. options, "--", "--log-requests"])).Code.ShouldBe(0);
        (await File.ReadAllTextAsync(folder.File("slm-edge.service"))).ShouldBe(dry.Output);
        (await EdgeProcess.RunAsync(null, "service", "status", "--unit-dir", folder.Path)).Code.ShouldBe(0);
        (await EdgeProcess.RunAsync(null, "service", "uninstall", "--unit-dir", folder.Path)).Code.ShouldBe(0);
        Directory.GetFiles(folder.Path).ShouldBeEmpty();
        (await EdgeProcess.RunAsync(null, "service", "status", "--unit-dir", folder.Path)).Code.ShouldBe(1);
        (await EdgeProcess.RunAsync(null, "service", "install", "--dry-run", "--bundle", "here.slmb")).Code.ShouldBe(2);
    }

    private static ServiceUnit Unit() => new() { Program = "/usr/bin/slm-edge" };

    private static async Task<(int Code, string Output)> AnalyzeAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
