namespace SlmEdge.Worker.Updates;

/// <summary>A trial, as it outlives the process.</summary>
internal sealed record TrialRecord
{
    /// <summary>The new version.</summary>
    public required string Version { get; init; }

    /// <summary>The version to go back to.</summary>
    public required string Previous { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>How the version before answered.</summary>
    public required AnswerFigures Before { get; init; }

    /// <summary>How the new one answers; on the disk as of the last look.</summary>
    public AnswerFigures After { get; init; } = new();

    /// <summary>Whether a service runs it: found true at a start, it ended without a stop.</summary>
    public bool Running { get; init; }

    /// <summary>How often it ended without a stop.</summary>
    public int Crashes { get; init; }

    /// <summary>Why the way back has begun; null while it has not.</summary>
    public string? GoingBack { get; init; }
}
