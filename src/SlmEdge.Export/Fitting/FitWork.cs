using System.Security.Cryptography;
using System.Text.Json;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Shrinking;

namespace SlmEdge.Export.Fitting;

/// <summary>The working folder of a search: models that were made and scores that were measured, so that a search that was stopped goes on.</summary>
internal sealed class FitWork
{
    private readonly string _folder;
    private readonly List<FitScore> _scores = [];

    private FitWork(string folder) => _folder = folder;

    /// <summary>What was scored, in order.</summary>
    public IReadOnlyList<FitScore> Scores => _scores;

    private string ScoresPath => At("scores.jsonl");

    /// <summary>Opens the folder, or makes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="request">What is searched for: a folder of another search is refused.</param>
    /// <exception cref="ExportException">The folder holds another search, or something else.</exception>
    public static FitWork Open(string folder, FitRequest request)
    {
        string identity = JsonSerializer.Serialize(new
        {
            Run = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(RunDirectory.RecordPath(request.RunDirectory)))), request.RecoverEpochs, request.Threads,
        });
        string path = Path.Combine(folder, "fit.json");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            if (!File.Exists(path) || File.ReadAllText(path) != identity)
            {
                throw new ExportException($"'{folder}' holds something else than this search. Remove it, or name another folder with --work.");
            }
        }
        else
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteText(path, identity);
        }

        var work = new FitWork(folder);
        if (File.Exists(work.ScoresPath))
        {
            foreach (string line in File.ReadLines(work.ScoresPath))
            {
                try
                {
                    work._scores.Add(JsonSerializer.Deserialize<FitScore>(line, RunRecord.Json)!);
                }
                catch (JsonException)
                {
                    // A last line that was cut off: its candidate is scored again.
                    break;
                }
            }

            work.Save();
        }

        return work;
    }

    /// <summary>A path in the folder.</summary>
    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>The score of a candidate, or null.</summary>
    public FitScore? Find(FitScore candidate) => _scores.Find(candidate.IsOf);

    /// <summary>Keeps a score.</summary>
    public void Add(FitScore score)
    {
        _scores.Add(score);
        Save();
    }

    /// <summary>Makes a model, or finds it where it was made before.</summary>
    public ShrinkOutcome Model(string name, Func<string, ShrinkOutcome> make)
    {
        string record = At(name + ".json");
        if (Directory.Exists(At(name)) && File.Exists(record))
        {
            return JsonSerializer.Deserialize<ShrinkOutcome>(File.ReadAllText(record), RunRecord.Json)! with { Directory = At(name) };
        }

        if (Directory.Exists(At(name)))
        {
            Directory.Delete(At(name), recursive: true);
        }

        ShrinkOutcome made = make(At(name));
        AtomicFile.WriteText(record, JsonSerializer.Serialize(made, RunRecord.Json));
        return made;
    }

    /// <summary>Removes the folder.</summary>
    public void Delete() => Directory.Delete(_folder, recursive: true);

    private void Save() => AtomicFile.WriteText(ScoresPath, string.Concat(_scores.Select(score => Line(score) + "\n")));

    private static string Line(FitScore score) => JsonSerializer.Serialize(score, new JsonSerializerOptions(RunRecord.Json) { WriteIndented = false });
}
