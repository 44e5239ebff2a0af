using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Shrinking;

/// <summary>Which tokens a domain uses: those of its texts, of the prompt around them, and of the answers.</summary>
internal static class VocabularyUse
{
    /// <summary>The ids.</summary>
    /// <param name="tokenizer">The tokenizer of the whole vocabulary.</param>
    /// <param name="directory">The model's folder, for its chat template.</param>
    /// <param name="corpus">The domain's texts.</param>
    /// <param name="prompt">The task's prompt, or null.</param>
    /// <param name="ct">Stops between two texts.</param>
    public static HashSet<int> Of(BaseTokenizer tokenizer, string directory, IReadOnlyList<string> corpus, ClassificationPrompt? prompt, CancellationToken ct)
    {
        HashSet<int> used = [tokenizer.EosTokenId];
        if (tokenizer.BosTokenId is { } bos)
        {
            used.Add(bos);
        }

        if (prompt is not null)
        {
            used.UnionWith(prompt.Prefix);
            used.UnionWith(prompt.Codes.Select(code => code.TokenId));
            for (int label = 0; label < prompt.Labels.LabelCount; label++)
            {
                used.UnionWith(prompt.AnswerTokens(label));
                used.UnionWith(tokenizer.Encode(" " + prompt.Task.Labels[label].Name));
            }
        }
        else
        {
            // Whatever the model will be asked, it is asked through its template or through the plain cues.
            var rendering = new GenerationPrompt(tokenizer, BaseChatTemplate.Load(directory));
            used.UnionWith(rendering.Encode("a", "a"));
            used.UnionWith(rendering.EncodeAnswer("a"));
        }

        foreach (string text in corpus)
        {
            ct.ThrowIfCancellationRequested();
            string content = text.Trim();
            if (content.Length > 0)
            {
                // A text stands behind a cue with a space, or by itself at a turn's begin.
                used.UnionWith(tokenizer.Encode(text));
                used.UnionWith(prompt?.EncodeText(content) ?? tokenizer.Encode(" " + content));
            }
        }

        return used;
    }
}
