using SlmEdge.Engines.Diagnostics;
using SlmEdge.Engines.Native;

namespace SlmEdge.Engines.Tests.Native;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void A_missing_library_is_named_with_the_places_and_the_command_that_installs_it()
    {
        var error = Should.Throw<NativeLibraryMissingException>(() => NativeLibraries.Locate("no-engine", "libnothing.so"));
        error.Message.ShouldContain("libnothing.so");
        error.Message.ShouldContain("./build.sh --target Engines");
        error.PlacesLookedAt.ShouldContain(place => place.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal));
        error.PlacesLookedAt.ShouldAllBe(place => error.Message.Contains(place, StringComparison.Ordinal));
    }

    [Fact]
    public void The_configured_folder_comes_first()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("an-engine"));
        var library = Path.Combine(folder.File("an-engine"), "libsome.so");
        File.WriteAllText(library, "not a library");
        var before = Environment.GetEnvironmentVariable(NativeLibraries.DirectoryVariable);
        Environment.SetEnvironmentVariable(NativeLibraries.DirectoryVariable, folder.Path);
        try
        {
            NativeLibraries.Locate("an-engine", "libsome.so").ShouldBe(library);
        }
        finally
        {
            Environment.SetEnvironmentVariable(NativeLibraries.DirectoryVariable, before);
        }
    }

    [Fact]
    public void Native_files_of_packages_are_found_where_a_build_puts_them()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "runtimes", NativeLibraries.RuntimeIdentifier, "native")).FullName;
        var name = $"lib{Guid.NewGuid():N}.so";
        var ofAllRuntimes = Path.Combine(folder, name);
        var ofOneRuntime = Path.Combine(AppContext.BaseDirectory, name);
        try
        {
            File.WriteAllText(ofOneRuntime, "not a library");
            NativeLibraries.Locate(NativeLibraries.LlamaCpp, name).ShouldBe(ofOneRuntime);
            File.Delete(ofOneRuntime);
            File.WriteAllText(ofAllRuntimes, "not a library");
            NativeLibraries.Locate(NativeLibraries.LlamaCpp, name).ShouldBe(ofAllRuntimes);
        }
        finally
        {
            File.Delete(ofOneRuntime);
            File.Delete(ofAllRuntimes);
        }
    }

    [Theory]
    [InlineData(NativeLibraries.LlamaCpp, "SlmEdge.Native.LlamaCpp.")]
    [InlineData(NativeLibraries.OnnxRuntime, "SlmEdge.Native.OnnxRuntime.")]
    public void A_missing_engine_is_told_with_the_package_that_holds_it(string engine, string package) =>
        Should.Throw<NativeLibraryMissingException>(() => NativeLibraries.Locate(engine, "libnothing.so")).Message.ShouldContain(package + NativeLibraries.RuntimeIdentifier);

    [Fact]
    public void There_is_at_least_one_core() =>
        ProcessorTopology.PhysicalCores.ShouldBeInRange(1, Environment.ProcessorCount);

    [Fact]
    public void The_doctor_reports_every_engine_and_how_to_install_a_missing_one()
    {
        var reports = Doctor.Inspect();
        reports.Select(report => report.Name).ShouldBe(["llama.cpp", "ONNX Runtime", "libtorch (training)"]);
        foreach (var report in reports)
        {
            report.Threads.ShouldBeGreaterThan(0);
            if (report.Found)
            {
                File.Exists(report.LibraryPath).ShouldBeTrue();
                report.InstallCommand.ShouldBeNull();
                (report is { Required: true, Gpu: null }).ShouldBe(report.GpuProblem is not null);
            }
            else
            {
                report.Problem.ShouldNotBeNullOrEmpty();
                report.InstallCommand.ShouldBe(NativeLibraries.InstallCommand);
            }
        }
    }
}
