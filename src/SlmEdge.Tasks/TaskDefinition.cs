using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Tasks;

/// <summary>
/// What the model is asked to do: the content of <c>task.json</c>. The trainer, the evaluator, the exporter and the device all render
/// their prompts from this one definition, so what was trained is what runs.
/// </summary>
[JsonConverter(typeof(TaskDefinitionJsonConverter))]
public sealed record TaskDefinition
{
    /// <summary>Most labels a task may have.</summary>
    public const int MaxLabels = 4096;

    /// <summary>The task's name, used in file names and reports.</summary>
    public required string Name { get; init; }

    /// <summary>What is asked.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>The instruction that stands in front of every text.</summary>
    public required string Instruction { get; init; }

    /// <summary>The classes, in the order of label indices. Empty unless <see cref="Kind"/> is <see cref="TaskKind.Classify"/>.</summary>
    public IReadOnlyList<LabelDefinition> Labels { get; init; } = [];

    /// <summary>The JSON schema of the answer. Only for <see cref="TaskKind.Extract"/>.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>How the task is put to the model.</summary>
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>When an answer is given.</summary>
    public DecisionOptions Decision { get; init; } = new();

    /// <summary>SHA-256 (lower-case hex) of <see cref="ToJson"/>: the same definition in another layout has the same hash.</summary>
    [JsonIgnore]
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>Reads <c>task.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TaskDefinitionException">The file is missing, too large, not JSON or not a valid task.</exception>
    public static TaskDefinition Load(string path) => TaskDefinitionReader.Load(path);

    /// <summary>Parses the text of a <c>task.json</c>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="sourceName">What errors call it.</param>
    /// <exception cref="TaskDefinitionException">It is not JSON or not a valid task.</exception>
    public static TaskDefinition Parse(string json, string sourceName = "task.json") => TaskDefinitionReader.Parse(json, sourceName);

    /// <summary>Makes a classification task from a set of labels.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="instruction">The instruction that stands in front of every text.</param>
    /// <param name="labels">Label names, in the order wanted for the label indices.</param>
    /// <exception cref="TaskDefinitionException">Fewer than two labels, or two with one name.</exception>
    public static TaskDefinition FromLabels(string name, string instruction, IEnumerable<string> labels)
    {
        var task = new TaskDefinition
        {
            Name = name,
            Kind = TaskKind.Classify,
            Instruction = instruction,
            Labels = [.. labels.Select(label => new LabelDefinition(label))],
        };
        task.Validate();
        return task;
    }

    /// <summary>The index of a label, or -1. Labels are compared byte for byte.</summary>
    public int IndexOf(string label)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (string.Equals(Labels[i].Name, label, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The definition in its canonical layout: indented, keys in a fixed order, defaults written out.</summary>
    public string ToJson() => TaskDefinitionWriter.ToJson(this);

    /// <summary>Checks the rules that <see cref="Parse"/> enforces, for definitions made in code.</summary>
    /// <param name="sourceName">What errors call the definition.</param>
    /// <exception cref="TaskDefinitionException">A rule is broken.</exception>
    public void Validate(string? sourceName = null) => TaskDefinitionRules.Check(this, sourceName);
}
