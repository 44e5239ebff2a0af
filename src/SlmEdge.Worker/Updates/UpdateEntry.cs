namespace SlmEdge.Worker.Updates;

/// <summary>An update that is over.</summary>
/// <param name="Time">When it ended.</param>
/// <param name="From">The version before.</param>
/// <param name="To">The new version; null where the bundle could not be read.</param>
/// <param name="Source">Where it came from: <c>http</c>, or a file's name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">Why, in a sentence.</param>
internal sealed record UpdateEntry(DateTimeOffset Time, string From, string? To, string Source, UpdateOutcome Outcome, string? Detail);
