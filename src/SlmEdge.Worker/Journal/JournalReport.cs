namespace SlmEdge.Worker.Journal;

/// <summary>What checking a journal found.</summary>
/// <param name="Entries">Entries that were read.</param>
/// <param name="FirstId">The oldest entry's number; 0 where there is none.</param>
/// <param name="LastId">The newest entry's number.</param>
/// <param name="Head">The newest entry's hash, lower-case hex. Kept somewhere else, it later shows whether the end was cut off or everything was written anew.</param>
/// <param name="Damage">The first place where the chain breaks, in a sentence; null when it is whole.</param>
public sealed record JournalReport(long Entries, long FirstId, long LastId, string Head, string? Damage);
