using SlmEdge.Engines.Native;
using SlmEdge.Interop.Tests.Programs;

namespace SlmEdge.Interop.Tests;

public sealed class EngineFolderTests
{
    [SkippableFact]
    public void The_engines_are_found_beside_the_library_or_by_the_variable_wherever_the_program_lies()
    {
        using var bundle = TinyBundle.Create();
        var folder = Directory.CreateDirectory(Path.Combine(bundle.Folder, "installed")).FullName;
        var library = Path.Combine(folder, "slmedge.so");
        File.Copy(PublishedLibrary.Require(), library);
        using var program = new NativeProgram("samples/interop/c/classify.c", library);
        var engines = Repository.PathOf($"artifacts/native/{NativeLibraries.RuntimeIdentifier}");
        string[] arguments = [bundle.Path, "a dog"];

        var (code, _, errors) = NativeProgram.Run(program.FilePath, arguments, directory: bundle.Folder);
        code.ShouldBe(1);
        errors.ShouldContain(NativeLibraries.DirectoryVariable);
        errors.ShouldContain(Path.Combine(folder, "native"));

        var (withVariable, answer, problems) = NativeProgram.Run(program.FilePath, arguments, directory: bundle.Folder, engines: engines);
        withVariable.ShouldBe(0, problems);

        var native = Directory.CreateDirectory(Path.Combine(folder, "native")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(native, NativeLibraries.RuntimeIdentifier), engines);
        var (beside, same, remaining) = NativeProgram.Run(program.FilePath, arguments, directory: bundle.Folder);
        beside.ShouldBe(0, remaining);
        same.ShouldBe(answer);
    }
}
