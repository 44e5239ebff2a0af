namespace SlmEdge.Teachers.Tests;

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly string _path = System.IO.Directory.CreateTempSubdirectory("slmedge-teachers-").FullName;

    public string At(string name) => Path.Combine(_path, name);

    public void Dispose() => System.IO.Directory.Delete(_path, recursive: true);
}
