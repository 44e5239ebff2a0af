using System.Globalization;
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
}
