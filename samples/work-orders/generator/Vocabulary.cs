using System.Text.Json;

namespace SlmEdge.Samples.WorkOrders;

/// <summary>The words the work orders are made of, read from <c>vocabulary.json</c>.</summary>
/// <remarks>Faults and actions are keyed by kind and shared by all systems: a leak is a leak in the radiator and in the
/// hydraulic pump, so only the part, the symptom and the order of the sentence tell the systems apart.</remarks>
public sealed record Vocabulary(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Faults,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Actions,
    IReadOnlyList<MachineSystem> Systems,
    IReadOnlyList<string> FirstWords,
    IReadOnlyList<string> LastWords,
    IReadOnlyList<string> Assets,
    IReadOnlyList<string> Also,
    IReadOnlyList<string> WhileDoing,
    IReadOnlyDictionary<string, string> Abbreviations,
    IReadOnlyDictionary<string, string> Expansions,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Misspellings)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the vocabulary that lies beside the program.</summary>
    public static Vocabulary Load() => Load(Path.Combine(AppContext.BaseDirectory, "vocabulary.json"));

    /// <summary>Reads a vocabulary and checks that every kind a component names has faults and actions.</summary>
    public static Vocabulary Load(string path)
    {
        var vocabulary = JsonSerializer.Deserialize<Vocabulary>(File.ReadAllText(path), Options)
            ?? throw new InvalidDataException($"{path} holds no vocabulary.");
        foreach (var system in vocabulary.Systems)
        {
            foreach (var kind in system.Components.SelectMany(component => component.Kinds))
            {
                if (!vocabulary.Faults.ContainsKey(kind) || !vocabulary.Actions.ContainsKey(kind))
                {
                    throw new InvalidDataException($"{path}: '{system.Label}' names the kind '{kind}', which has no faults or no actions.");
                }
            }
        }

        return vocabulary;
    }
}
