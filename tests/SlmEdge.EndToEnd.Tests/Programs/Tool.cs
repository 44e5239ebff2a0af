namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>One of the three programs, as built beside these tests.</summary>
internal sealed class Tool
{
    private readonly string name;

    private Tool(string name) => this.name = name;

    internal static Tool Train { get; } = new("slm-train");

    internal static Tool Export { get; } = new("slm-export");

    internal static Tool Edge { get; } = new("slm-edge");

    // …/tests/SlmEdge.EndToEnd.Tests/bin/<configuration>/net10.0/ → …/tools/<name>/bin/<configuration>/net10.0/<name>
    internal string File => RepositoryRoot.Combine("tools", name, "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!), "net10.0", name);

    internal ProgramResult Run(params string[] arguments) => RunWithInput(null, arguments);

    internal ProgramResult RunWithInput(string? input, params string[] arguments)
    {
        using var program = Start(input, arguments);
        return program.Wait();
    }

    internal RunningProgram Start(string? input, params string[] arguments) => new(File, arguments, RepositoryRoot.Path, input);
}
