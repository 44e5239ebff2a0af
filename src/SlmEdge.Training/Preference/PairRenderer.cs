using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Preference;

/// <summary>
/// Renders preferences into tokens with the code that renders prompts everywhere else: as a dialogue in the base's chat template, or, of a task
/// and of a base without a template, as instruction and answer.
/// </summary>
internal sealed class PairRenderer
{
    private readonly DpoOptions _options;
    private readonly GenerationPrompt _prompt;
    private readonly bool _asDialogue;
    private readonly int _maxLength;

    public PairRenderer(DpoOptions options, BaseTokenizer tokenizer, int maxLength)
    {
        var template = BaseChatTemplate.Load(options.BaseDirectory);
        (_options, _maxLength) = (options, maxLength);
        _prompt = new GenerationPrompt(tokenizer, template);
        _asDialogue = options.Task is null && template is not null;
    }

    /// <exception cref="DataFormatException">The row is too long, or its answers are the same tokens.</exception>
    public PreferencePair Render(PreferenceRow row, int index)
    {
        var pair = new PreferencePair(index, Answer(row, row.Chosen, wholeRow: _options.Loss == PreferenceLossKind.Orpo), Answer(row, row.Rejected, wholeRow: false), row.File, row.Row);
        var (chosen, rejected) = (pair.Chosen.Example.Targets[pair.Chosen.Answer], pair.Rejected.Example.Targets[pair.Rejected.Answer]);
        return chosen.AsSpan().SequenceEqual(rejected)
            ? throw new DataFormatException(row.File, row.Row, "'chosen' and 'rejected' are the same tokens, so nothing is preferred")
            : pair;
    }

    private PreferenceAnswer Answer(PreferenceRow row, ChatMessage answer, bool wholeRow)
    {
        var (tokens, supervised) = RenderedRow.Of(row.File, row.Row, () => Encode(row, answer));
        if (tokens.Length > _maxLength)
        {
            throw new DataFormatException(
                row.File,
                row.Row,
                $"the row renders to {tokens.Length} tokens, more than the {_maxLength} that fit; shorten it, or raise --max-length where the model's context allows");
        }

        return PreferenceAnswer.Create(tokens, supervised, wholeRow, row.File, row.Row)
            ?? throw new DataFormatException(row.File, row.Row, "the chat template leaves no token of the answer to be learned");
    }

    private (int[] Tokens, bool[] Supervised) Encode(PreferenceRow row, ChatMessage answer)
    {
        // A dialogue of several turns has no other form than the chat template's; without one the renderer says so.
        if (_asDialogue || row.Prompt.Count > 1)
        {
            return _prompt.EncodeMessages([.. row.Prompt, answer]);
        }

        var text = row.Prompt[0].Content;
        var prompt = _options.Task is { } task ? _prompt.Encode(task.Instruction, text) : _prompt.Encode(text, string.Empty);
        var reply = _prompt.EncodeAnswer(answer.Content);
        return ([.. prompt, .. reply], [.. prompt.Select(_ => false), .. reply.Select(_ => true)]);
    }
}
