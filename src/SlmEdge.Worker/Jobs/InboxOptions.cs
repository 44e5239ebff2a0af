namespace SlmEdge.Worker.Jobs;

/// <summary>A folder whose files are jobs.</summary>
public sealed record InboxOptions
{
    /// <summary>The folder; beside its files it holds <c>done</c>, <c>failed</c> and <c>.claimed</c>, which are made where they are missing.</summary>
    public required string Folder { get; init; }

    /// <summary>How long a file has to have been left alone before it is taken. Default: 2 seconds.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the folder is looked at. Default: every second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
