using SlmEdge.Benchmarks.Fuzzing;

namespace SlmEdge.Runtime.Tests.Fuzzing;

/// <summary>A process of its own that uses damaged files and may end at one.</summary>
internal static class DamagedFilesProcess
{
    public static void Main() => NativeFuzzWorker.Run();
}
