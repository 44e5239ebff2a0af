using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.FineTuning;

/// <summary>Rows of a file, rendered with the task's prompt into token sequences.</summary>
internal static class ExampleSet
{
    /// <summary>Renders labelled rows: one example for each, or, where labels are of several tokens and a row has several labels, one for each of them.</summary>
    /// <exception cref="DataFormatException">A row does not fit the length.</exception>
    public static SupervisedExample[] Render(IReadOnlyList<LabelledText> rows, ClassificationPrompt prompt, int maxLength)
    {
        var prefix = prompt.Prefix;
        var answers = Enumerable.Range(0, prompt.Labels.LabelCount).Select(prompt.AnswerTokens).ToArray();
        var examples = new List<SupervisedExample>(rows.Count);
        foreach (var row in rows)
        {
            int[] labels = [.. row.Labels.Select(prompt.Task.IndexOf)];
            int[] tokens = [.. prefix, .. prompt.EncodeText(row.Text)];
            var length = tokens.Length + labels.Max(label => answers[label].Length);
            if (length > maxLength)
            {
                throw new DataFormatException(
                    row.File,
                    row.Row,
                    $"the row renders to {length} tokens, more than the {maxLength} that fit; shorten the text, or raise --max-length where the model's context allows");
            }

            var text = prefix.Length..(tokens.Length - prompt.AnswerCueLength);
            if (prompt.Labels.SingleToken)
            {
                // Several labels: the same place with each of them as target, so that their probabilities are to be equal and together one
                // (Mahajan et al. 2018, arXiv 1805.00932, section 2.2). The text is computed once.
                var last = tokens.Length - 1;
                examples.Add(new SupervisedExample(tokens, [.. labels.Select(_ => last)], [.. labels.Select(label => answers[label][0])], text, labels[0], row.File, row.Row));
                continue;
            }

            examples.AddRange(labels.Select(label => SupervisedExample.OfAnswer(tokens, answers[label], text, label, row.File, row.Row)));
        }

        return [.. examples];
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
