using System.Text.RegularExpressions;
using SlmEdge.Interop.Tests.Programs;

namespace SlmEdge.Interop.Tests;

public sealed partial class ExportTests
{
    private static readonly string[] Listed = File.ReadAllLines(Repository.PathOf("tests/SlmEdge.Interop.Tests/exports.txt"));

    [SkippableFact]
    public void The_library_exports_the_listed_functions_and_nothing_else_but_the_runtimes_own_header()
    {
        var (code, output, errors) = NativeProgram.Run(NativeProgram.Require("nm"), ["-D", "--defined-only", "--format=posix", PublishedLibrary.Require()]);
        code.ShouldBe(0, errors);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Where(parts => parts[1] != "A") // the version node
            .Select(parts => parts[0].Split('@')[0]).Where(name => name != "DotNetRuntimeDebugHeader").Order(StringComparer.Ordinal).ShouldBe(Listed);
    }

    [Fact]
    public void The_header_declares_the_listed_functions() =>
        Function().Matches(File.ReadAllText(Path.Combine(PublishedLibrary.HeaderFolder, "slmedge.h"))).Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal).ShouldBe(Listed);

    [GeneratedRegex(@"^(?:int32_t|size_t) (slm_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Function();
}
