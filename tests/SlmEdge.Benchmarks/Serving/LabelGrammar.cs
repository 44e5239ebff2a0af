using System.Text;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>The answers of a task as llama.cpp's grammar: one alternative for each label, as the prompt of the task spells it.</summary>
internal static class LabelGrammar
{
    public static string Create(ClassificationPrompt prompt) => "root ::= " + string.Join(" | ", Answers(prompt).Select(Quote));

    /// <summary>The label that an answer spells, or -1.</summary>
    public static int Find(ClassificationPrompt prompt, string answer) => Array.IndexOf([.. Answers(prompt)], answer);

    private static IEnumerable<string> Answers(ClassificationPrompt prompt) => prompt.Task.Prompt.Verbalizer == Verbalizer.Code
        ? prompt.Codes.Select(code => code.TokenText)
        : prompt.Task.Labels.Select(label => " " + label.Name);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
            {
                quoted.Append('\\');
            }

            quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }
}
