using System.Text.Json;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Worker.Updates;

/// <summary>What is remembered of a bundle's updates, in one file that is replaced as a whole.</summary>
internal sealed record UpdateRecord
{
    private const int MostEntries = 50;
    private const int MostSeen = 1000;
    private const int MostBytes = 4 << 20;

    /// <summary>The trial that is under way.</summary>
    public TrialRecord? Trial { get; init; }

    /// <summary>Updates that are over, the last one first.</summary>
    public IReadOnlyList<UpdateEntry> History { get; init; } = [];

    /// <summary>SHA-256 of the files that were taken from the folder, the last one first.</summary>
    public IReadOnlyList<string> Seen { get; init; } = [];

    /// <summary>The file of the folder that is being tried; found at a start, it ended the service, or something else did.</summary>
    public TriedFile? Trying { get; init; }

    public UpdateRecord With(UpdateEntry entry) => this with { History = [entry, .. History.Take(MostEntries - 1)] };

    public UpdateRecord WithSeen(string hash) => this with { Seen = [hash, .. Seen.Take(MostSeen - 1)] };

    /// <summary>Reads the file; one that is absent or damaged is an empty record, as no update depends on it but the trial that it held.</summary>
    public static UpdateRecord Load(string path, WorkerLog log)
    {
        try
        {
            if (!File.Exists(path))
            {
                return new UpdateRecord();
            }

            using var stream = File.OpenRead(path);
            return stream.Length <= MostBytes && JsonSerializer.Deserialize(stream, UpdateRecordJson.Default.UpdateRecord) is { History: not null, Seen: not null } record
                ? record
                : throw new JsonException("it is null or too large");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            log.Write(WorkerLogLevel.Error, "update-record-lost", ("file", path), ("detail", error.Message));
            return new UpdateRecord();
        }
    }

    public void Save(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, UpdateRecordJson.Default.UpdateRecord));
}
