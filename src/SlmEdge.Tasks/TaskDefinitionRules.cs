using System.Text;
using System.Text.Json;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks;

/// <summary>What makes a task definition usable, whether it came from a file or was made in code.</summary>
internal static class TaskDefinitionRules
{
    private const int MaxNameLength = 200;
    private const int MaxInstructionLength = 16 * 1024;
    private const int MaxDescriptionLength = 4 * 1024;
    private const int MaxGroups = 8;

    public static void Check(TaskDefinition task, string? source)
    {
        CheckText(task.Name, "name", MaxNameLength, source);
        if (task.Instruction is null || (task.Kind != TaskKind.Chat && string.IsNullOrWhiteSpace(task.Instruction)))
        {
            throw new TaskDefinitionException("the instruction is empty; say in one sentence what the model has to do", source, "instruction");
        }

        if (task.Instruction.Length > MaxInstructionLength)
        {
            throw new TaskDefinitionException($"{task.Instruction.Length} characters; at most {MaxInstructionLength} are allowed", source, "instruction");
        }

        CheckWellFormed(task.Instruction, "instruction", source);
        if (task.Kind == TaskKind.Classify)
        {
            CheckLabels(task.Labels, source);
        }
        else if (task.Labels.Count > 0)
        {
            throw new TaskDefinitionException($"a task of kind '{task.Kind.ToString().ToLowerInvariant()}' has no labels; remove them or set kind to 'classify'", source, "labels");
        }

        if (task.Schema is null == (task.Kind == TaskKind.Extract))
        {
            throw new TaskDefinitionException(
                task.Kind == TaskKind.Extract ? "a task of kind 'extract' needs the JSON schema of its answer" : "only a task of kind 'extract' has a schema",
                source,
                "schema");
        }

        if (task.Schema is { ValueKind: not JsonValueKind.Object })
        {
            throw new TaskDefinitionException("the schema has to be a JSON object", source, "schema");
        }

        if (task.Schema is { } schema)
        {
            // What cannot be kept while writing is refused here, when the task is loaded, and not at the first text.
            JsonSchema.Parse(schema, source ?? task.Name);
        }

        double threshold = task.Decision.AbstainBelow;
        if (!(threshold >= 0 && threshold <= 1))
        {
            throw new TaskDefinitionException($"{threshold} is not a probability; use a number from 0 (never abstain) to 1", source, "decision.abstainBelow");
        }

        if (task.Decision.LabelThreshold is { } labelThreshold && !(labelThreshold > 0 && labelThreshold < 1))
        {
            throw new TaskDefinitionException($"{labelThreshold} is out of range; use a probability above 0 and below 1", source, "decision.labelThreshold");
        }

        if (task.Decision.Coverage is { } coverage && !(coverage > 0 && coverage < 1))
        {
            throw new TaskDefinitionException($"{coverage} is out of range; use a share above 0 and below 1, 0.9 for nine texts in ten", source, "decision.coverage");
        }

        if (task.Kind != TaskKind.Classify && (task.Decision.LabelThreshold is not null || task.Decision.Coverage is not null || task.Decision.MultiLabel))
        {
            throw new TaskDefinitionException($"a task of kind '{task.Kind.ToString().ToLowerInvariant()}' has no labels to choose from; remove labelThreshold, coverage and multiLabel", source, "decision");
        }

        if (task.Decision is { MultiLabel: true, Coverage: not null })
        {
            throw new TaskDefinitionException("label sets hold the one true label of a text, and with multiLabel a text has several; remove one of the two", source, "decision.coverage");
        }
    }

    private static void CheckLabels(IReadOnlyList<LabelDefinition> labels, string? source)
    {
        if (labels.Count < 2)
        {
            throw new TaskDefinitionException($"a classification needs at least two labels; there {(labels.Count == 1 ? "is one" : "are none")}", source, "labels");
        }

        if (labels.Count > TaskDefinition.MaxLabels)
        {
            throw new TaskDefinitionException($"{labels.Count} labels; at most {TaskDefinition.MaxLabels} are allowed", source, "labels");
        }

        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var codes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < labels.Count; i++)
        {
            LabelDefinition label = labels[i];
            CheckText(label.Name, $"labels[{i}].name", MaxNameLength, source);
            if (!names.TryAdd(CanonicalComposition.Compose(label.Name), i))
            {
                int first = names[CanonicalComposition.Compose(label.Name)];
                throw new TaskDefinitionException($"'{label.Name}' is already the name of labels[{first}]; every label needs a name of its own", source, $"labels[{i}].name");
            }

            if (label.Code is not null)
            {
                CheckText(label.Code, $"labels[{i}].code", MaxNameLength, source);
                if (!codes.TryAdd(label.Code, i))
                {
                    throw new TaskDefinitionException(
                        $"'{label.Code}' is already the code of labels[{codes[label.Code]}] ('{labels[codes[label.Code]].Name}'); every label needs a code of its own",
                        source,
                        $"labels[{i}].code");
                }
            }

            if (label.Description is { Length: > MaxDescriptionLength })
            {
                throw new TaskDefinitionException($"{label.Description.Length} characters; at most {MaxDescriptionLength} are allowed", source, $"labels[{i}].description");
            }

            if (label.Description is not null)
            {
                CheckWellFormed(label.Description, $"labels[{i}].description", source);
            }

            CheckGroups(label, $"labels[{i}].groups", source);
        }
    }

    private static void CheckGroups(LabelDefinition label, string element, string? source)
    {
        if (label.Groups.Count > MaxGroups)
        {
            throw new TaskDefinitionException($"{label.Groups.Count} groups within each other; at most {MaxGroups} are allowed", source, element);
        }

        for (int level = 0; level < label.Groups.Count; level++)
        {
            CheckText(label.Groups[level], $"{element}[{level}]", MaxNameLength, source);
        }
    }

    private static void CheckText(string? text, string element, int limit, string? source)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new TaskDefinitionException("empty", source, element);
        }

        if (text.Length > limit)
        {
            throw new TaskDefinitionException($"{text.Length} characters; at most {limit} are allowed", source, element);
        }

        CheckWellFormed(text, element, source);
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            throw new TaskDefinitionException($"'{text}' starts or ends with white space; remove it", source, element);
        }

        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                throw new TaskDefinitionException($"contains the control character U+{(int)c:X4}; remove it", source, element);
            }
        }
    }

    /// <summary>A lone surrogate cannot be written as UTF-8, so it could neither be tokenised nor hashed faithfully.</summary>
    private static void CheckWellFormed(string text, string element, string? source)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out int used) != System.Buffers.OperationStatus.Done)
            {
                throw new TaskDefinitionException($"contains half of a surrogate pair at character {text.Length - rest.Length}; remove it", source, element);
            }

            rest = rest[used..];
        }
    }
}
