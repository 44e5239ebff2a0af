using System.Diagnostics;
using SlmEdge.Worker.Systemd;
using SlmEdge.Worker.Tests.CommandLine;

namespace SlmEdge.Worker.Tests.Packaging;

public sealed class DebianFilesTests
{
    private static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "packaging", "debian");

    [Fact]
    public async Task The_file_that_a_device_changes_is_the_one_that_the_unit_reads()
    {
        var (code, unit, errors) = await EdgeProcess.RunAsync(null, "service", "install", "--dry-run", "--program", "/usr/bin/slm-edge", "--arguments-file", "/etc/default/slm-edge");
        code.ShouldBe(0, errors);
        unit.ShouldContain($"ExecStart=/usr/bin/slm-edge serve ${ServiceUnit.ArgumentsVariable}\n");
        unit.ShouldContain("EnvironmentFile=/etc/default/slm-edge\n");
        File.ReadLines(Path.Combine(Folder, "default")).Where(line => !line.StartsWith('#')).ShouldBe([$"{ServiceUnit.ArgumentsVariable}=\"--bundle store:NAME --urls {WorkerOptions.DefaultUrl}\""]);
    }

    [Theory]
    [InlineData("service", "install", "--dry-run")]
    [InlineData("service", "install", "--dry-run", "--bundle", "store:orders", "--arguments-file", "/etc/default/slm-edge")]
    [InlineData("service", "install", "--dry-run", "--arguments-file", "/etc/default/slm-edge", "--", "--log-requests")]
    public async Task What_is_served_is_said_in_one_place(params string[] arguments) => (await EdgeProcess.RunAsync(null, arguments)).Code.ShouldBe(2);

    [SkippableTheory]
    [InlineData("postinst")]
    [InlineData("prerm")]
    [InlineData("postrm")]
    public async Task The_scripts_of_the_package_do_nothing_where_systemd_does_not_run(string script)
    {
        Skip.If(Directory.Exists("/run/systemd/system"), "systemd runs on this machine: the script would ask it to read its units again.");
        foreach (var action in new[] { "configure", "remove", "upgrade" })
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", [Path.Combine(Folder, script), action]) { RedirectStandardError = true })!;
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, errors);
            errors.ShouldBeEmpty();
        }
    }
}
