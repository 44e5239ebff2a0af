namespace SlmEdge.Worker.Isolation;

/// <summary>How the engine's own process is started and watched.</summary>
public sealed record IsolationOptions
{
    /// <summary>
    /// The program and the arguments that become the engine's process, in front of the socket's path; empty, the default, for this program again with
    /// <see cref="EngineHost.CommandName"/>.
    /// </summary>
    public IReadOnlyList<string> HostCommand { get; init; } = [];

    /// <summary>
    /// Resident bytes of the engine's process above which it is ended and started again, or <see langword="null"/> for no ceiling. It is looked at once a second: a limit
    /// of the address space would refuse the mapping of model files, and one of the control group (<c>MemoryMax</c> of the unit) stops what grows faster.
    /// </summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>How long the process may take to answer a heartbeat. Default: 20 seconds.</summary>
    public TimeSpan HeartbeatLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one evaluation may take while requests are under way. Default: 2 minutes.</summary>
    public TimeSpan PassLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the process may take to load its model. Default: 10 minutes.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(10);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryLimitBytes ?? 1, 1, nameof(MemoryLimitBytes));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HeartbeatLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PassLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StartLimit, TimeSpan.Zero);
    }
}
