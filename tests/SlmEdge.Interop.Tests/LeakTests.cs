using System.Globalization;
using SlmEdge.Engines.Native;
using SlmEdge.Interop.Tests.Programs;
using Xunit.Abstractions;

namespace SlmEdge.Interop.Tests;

public sealed class LeakTests(ITestOutputHelper output)
{
    private const long MiB = 1024 * 1024;

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Ten_thousand_calls_leave_no_handle_and_no_memory_behind()
    {
        using var program = new NativeProgram("tests/SlmEdge.Interop.Tests/Programs/soak.c");
        using var bundle = TinyBundle.Create();
        var printed = program.Output(bundle.Path, bundle.Cache, "2000", "10000");
        output.WriteLine(printed);
        var reports = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(cell => long.Parse(cell, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        reports.Select(report => report[0]).ShouldBe([1, 1, 0]);

        // A kilobyte lost in each call would be ten megabytes.
        (reports[1][1] - reports[0][1]).ShouldBeLessThan(MiB, "bytes in use in malloc");
        ((reports[1][2] - reports[0][2]) * 1024).ShouldBeLessThan(8 * MiB, "resident bytes");
    }

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Memcheck_finds_no_error_and_no_byte_lost_in_sixty_calls()
    {
        var valgrind = NativeProgram.Require("valgrind");
        var objcopy = NativeProgram.Require("objcopy");
        using var bundle = TinyBundle.Create();

        // valgrind 3.19 cannot read how .NET describes its lines (DWARF 5), so it gets the names alone.
        var published = PublishedLibrary.Require();
        var library = Path.Combine(bundle.Folder, "slmedge.so");
        var names = Path.Combine(bundle.Folder, "names.dbg");
        NativeProgram.Run(objcopy, ["--strip-debug", published + ".dbg", names]).Code.ShouldBe(0);
        NativeProgram.Run(objcopy, ["--remove-section=.gnu_debuglink", published, library]).Code.ShouldBe(0);
        NativeProgram.Run(objcopy, ["--add-gnu-debuglink=names.dbg", library], bundle.Folder).Code.ShouldBe(0);

        using var program = new NativeProgram("tests/SlmEdge.Interop.Tests/Programs/soak.c", library);
        var (code, printed, report) = NativeProgram.Run(
            valgrind,
            [
                "--leak-check=full", "--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99", "--num-callers=30",
                $"--suppressions={Repository.PathOf("tests/SlmEdge.Interop.Tests/Programs/memcheck.supp")}", program.FilePath, bundle.Path, bundle.Cache, "2", "60",
            ],
            engines: Repository.PathOf($"artifacts/native/{NativeLibraries.RuntimeIdentifier}"));
        output.WriteLine(report);
        code.ShouldBe(0, report);
        printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        report.ShouldContain("definitely lost: 0 bytes");
        report.ShouldContain("indirectly lost: 0 bytes");
    }
}
