using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace SlmEdge.Worker.Tests.Packaging;

/// <summary>The script in the archive for devices, with a small program in the place of the large one.</summary>
public sealed class InstallScriptTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public async Task The_program_and_all_its_files_go_below_the_prefix_and_go_again()
    {
        NeedsOpenSsl();
        var archive = Archive("a version");
        var prefix = folder.File("a prefix with spaces");
        (await RunAsync(archive, prefix)).Code.ShouldBe(0);
        (await StartAsync(Path.Combine(prefix, "bin", "slm-edge"))).Output.ShouldBe("a version: doctor\n");
        File.Exists(Path.Combine(prefix, "lib", "slm-edge", "native", "linux-x64", "llama.cpp", "libllama.so")).ShouldBeTrue();
        (await File.ReadAllTextAsync(Path.Combine(prefix, "lib", "pkgconfig", "slmedge.pc"))).ShouldBe($"prefix={prefix}/lib/slm-edge\n");

        var kept = Path.Combine(prefix, "lib", "other");
        await File.WriteAllTextAsync(kept, "not ours");
        (await RunAsync(archive, "--remove", prefix)).Code.ShouldBe(0);
        Directory.GetFileSystemEntries(prefix, "*", SearchOption.AllDirectories).Where(path => !Directory.Exists(path)).ShouldBe([kept]);
    }

    [SkippableFact]
    public async Task A_newer_version_leaves_nothing_of_the_older_one()
    {
        NeedsOpenSsl();
        (await RunAsync(Archive("old", ("only-in-the-old-one", "x")), folder.File("prefix"))).Code.ShouldBe(0);
        File.Exists(folder.File("prefix/lib/slm-edge/only-in-the-old-one")).ShouldBeTrue();
        (await RunAsync(Archive("new"), folder.File("prefix"))).Code.ShouldBe(0);
        File.Exists(folder.File("prefix/lib/slm-edge/only-in-the-old-one")).ShouldBeFalse();
        (await StartAsync(folder.File("prefix/bin/slm-edge"))).Output.ShouldBe("new: doctor\n");
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_that_are_not_those_that_were_packed_are_refused_and_what_is_installed_stays(bool missing)
    {
        NeedsOpenSsl();
        (await RunAsync(Archive("old"), folder.File("prefix"))).Code.ShouldBe(0);
        var archive = Archive("new");
        var library = Path.Combine(archive, "native", "linux-x64", "llama.cpp", "libllama.so");
        if (missing)
        {
            File.Delete(library);
        }
        else
        {
            await File.AppendAllTextAsync(library, "one more");
        }

        var (code, _, errors) = await RunAsync(archive, folder.File("prefix"));
        code.ShouldNotBe(0);
        errors.ShouldContain("copy the archive again");
        (await StartAsync(folder.File("prefix/bin/slm-edge"))).Output.ShouldBe("old: doctor\n");
    }

    private static void NeedsOpenSsl() => Skip.IfNot(
        new[] { "/lib", "/usr/lib", "/lib64", "/usr/lib64" }.Where(Directory.Exists).SelectMany(place => Directory.GetDirectories(place).Append(place)).Any(place => File.Exists(Path.Combine(place, "libssl.so.3"))),
        "OpenSSL 3's library is not on this machine; the script refuses to install without it.");

    private string Archive(string version, params (string Name, string Text)[] more)
    {
        var root = Directory.CreateDirectory(folder.File("archive-" + version.Replace(' ', '-'))).FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "packaging", "install.sh"), Path.Combine(root, "install.sh"));
        Directory.CreateDirectory(Path.Combine(root, "native", "linux-x64", "llama.cpp"));
        var program = Path.Combine(root, "slm-edge");
        File.WriteAllText(program, $"#!/bin/sh\necho \"{version}: doctor\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(Path.Combine(root, "native", "linux-x64", "llama.cpp", "libllama.so"), version);
        File.WriteAllText(Path.Combine(root, "slmedge.pc"), "prefix=${pcfiledir}\n");
        foreach (var (name, text) in more)
        {
            File.WriteAllText(Path.Combine(root, name), text);
        }

        var sums = new StringBuilder();
        foreach (var file in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
        {
            sums.Append(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))).Append("  ").Append(Path.GetRelativePath(root, file)).Append('\n');
        }

        File.WriteAllText(Path.Combine(root, "SHA256SUMS"), sums.ToString());
        return root;
    }

    private static Task<(int Code, string Output, string Errors)> RunAsync(string archive, params string[] arguments) => StartAsync("/bin/sh", [Path.Combine(archive, "install.sh"), .. arguments]);

    private static async Task<(int Code, string Output, string Errors)> StartAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
