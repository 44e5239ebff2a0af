using SlmEdge.Engines.Native;

namespace SlmEdge.Interop.Tests;

/// <summary>The library as it was published; a test is skipped with the reason where it was not.</summary>
internal static class PublishedLibrary
{
    public static string HeaderFolder => Repository.PathOf("src/SlmEdge.Interop/include");

    public static string Require()
    {
        var relative = $"artifacts/interop/{NativeLibraries.RuntimeIdentifier}/slmedge.so";
        var path = Repository.PathOf(relative);
        return File.Exists(path) ? path : throw new SkipException($"{relative} is not there; './build.sh --target Interop' publishes it");
    }
}
