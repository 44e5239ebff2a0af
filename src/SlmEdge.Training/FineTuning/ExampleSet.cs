using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.FineTuning;

/// <summary>Rows of a file, rendered with the task's prompt into token sequences.</summary>
internal static class ExampleSet
{
    /// <summary>Renders labelled rows.</summary>
    /// <exception cref="DataFormatException">A row does not fit the length.</exception>
    public static SupervisedExample[] Render(IReadOnlyList<LabelledText> rows, ClassificationPrompt prompt, int maxLength)
    {
        var prefix = prompt.Prefix;
        var answers = Enumerable.Range(0, prompt.Labels.LabelCount).Select(prompt.AnswerTokens).ToArray();
        var examples = new SupervisedExample[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var label = prompt.Task.IndexOf(row.Label);
            int[] tokens = [.. prefix, .. prompt.EncodeText(row.Text)];
            var length = tokens.Length + answers[label].Length;
            if (length > maxLength)
            {
                throw new DataFormatException(
                    row.File,
                    row.Row,
                    $"the row renders to {length} tokens, more than the {maxLength} that fit; shorten the text, or raise --max-length where the model's context allows");
            }

            examples[i] = SupervisedExample.OfAnswer(tokens, answers[label], prefix.Length..(tokens.Length - prompt.AnswerCueLength), label, row.File, row.Row);
        }

        return examples;
    }

    /// <summary>Holds out a share of the rows of every label, at least one where a label has two or more.</summary>
    public static (LabelledText[] Train, LabelledText[] Valid) Split(IReadOnlyList<LabelledText> rows, double share, long seed)
    {
        var train = new List<LabelledText>();
        var valid = new List<LabelledText>();
        var random = new Random((int)(seed ^ (seed >> 32)));
        foreach (var group in rows.GroupBy(r => r.Label).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var members = group.ToArray();
            random.Shuffle(members);
            var held = members.Length < 2 ? 0 : Math.Max(1, (int)Math.Round(members.Length * share));
            valid.AddRange(members[..held]);
            train.AddRange(members[held..]);
        }

        return ([.. train], [.. valid]);
    }
}
