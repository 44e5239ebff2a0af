using System.CommandLine;
using SlmEdge.Worker.Isolation;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary>Whether the engine has a process of its own, and how that is watched.</summary>
internal sealed class IsolationArguments
{
    private static readonly IsolationOptions Defaults = new();

    private readonly Option<string> isolation = new("--isolation")
    {
        Description = "Where the engine runs: process (of its own, started again when it ends) or none.",
        DefaultValueFactory = _ => "process",
    };

    private readonly Option<int> memory = new("--engine-memory") { Description = "MiB of memory above which the engine's process is started again; 0 is without ceiling." };

    private readonly Option<double> seconds = new("--engine-seconds")
    {
        Description = "Seconds that one evaluation may take before the engine's process is started again.",
        DefaultValueFactory = _ => Defaults.PassLimit.TotalSeconds,
    };

    public IsolationArguments(Command command)
    {
        isolation.AcceptOnlyFromAmong("process", "none");
        memory.AtLeast(0);
        seconds.Between(1, 86_400);
        command.Options.Add(isolation);
        command.Options.Add(memory);
        command.Options.Add(seconds);
    }

    /// <returns>Null for an engine in this process.</returns>
    public IsolationOptions? Read(ParseResult parsed) => parsed.GetValue(isolation) == "none" ? null : new IsolationOptions
    {
        MemoryLimitBytes = parsed.GetValue(memory) is > 0 and var mebibytes ? (long)mebibytes << 20 : null,
        PassLimit = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
    };
}
