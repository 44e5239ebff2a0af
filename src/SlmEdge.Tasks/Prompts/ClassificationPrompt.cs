using System.Security.Cryptography;
using System.Text;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts;

/// <summary>
/// A classification task rendered into tokens of one vocabulary: shared prefix, text with answer cue, and what each label's answer is.
/// Segments are tokenised on their own and concatenated, so the prefix is the same tokens whatever text follows.
/// </summary>
/// <remarks>Immutable and safe to use from several threads when the tokenizer is.</remarks>
public sealed class ClassificationPrompt
{
    private const string TextCue = "\n\nText:";
    private const string AnswerCue = "\nAnswer:";

    private readonly ITokenizer _tokenizer;
    private readonly int[] _prefix;
    private readonly int[] _answerCue;

    private ClassificationPrompt(TaskDefinition task, ITokenizer tokenizer, IReadOnlyList<LabelCode> codes, LabelTrie labels, int[] prefix, int[] answerCue)
    {
        Task = task;
        _tokenizer = tokenizer;
        Codes = codes;
        Labels = labels;
        _prefix = prefix;
        _answerCue = answerCue;
        Sha256 = Hash();
    }

    /// <summary>The task.</summary>
    public TaskDefinition Task { get; }

    /// <summary>The tokens in front of every text: beginning-of-sequence if the model wants it, instruction, labels if in the prompt.</summary>
    public int[] Prefix => (int[])_prefix.Clone();

    /// <summary>Number of tokens of the answer cue, with which every result of <see cref="EncodeText(string)"/> ends.</summary>
    public int AnswerCueLength => _answerCue.Length;

    /// <summary>The answers of all labels, in the order of the task's labels.</summary>
    public LabelTrie Labels { get; }

    /// <summary>The code of each label, in the order of the task's labels; empty when the verbalizer is <see cref="Verbalizer.Name"/>.</summary>
    public IReadOnlyList<LabelCode> Codes { get; }

    /// <summary>
    /// SHA-256 (lower-case hex) over the task's meaning for the model and every token id of prefix, cue and answers: equal hashes mean
    /// equal prompts for any text, given the same tokenizer.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>Renders a task.</summary>
    /// <param name="task">A task of kind <see cref="TaskKind.Classify"/>.</param>
    /// <param name="tokenizer">The base model's tokenizer.</param>
    /// <param name="codes">The codes of an earlier rendering, to be reused; <see langword="null"/> chooses them.</param>
    /// <exception cref="TaskDefinitionException">
    /// The task is not a valid classification, the codes are not this task's or not this tokenizer's, or two labels have the same tokens.
    /// </exception>
    public static ClassificationPrompt Create(TaskDefinition task, ITokenizer tokenizer, IReadOnlyList<LabelCode>? codes = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(tokenizer);
        task.Validate();
        if (task.Kind != TaskKind.Classify)
        {
            throw new TaskDefinitionException($"is of kind '{task.Kind.ToString().ToLowerInvariant()}'; only 'classify' has a classification prompt", task.Name, "kind");
        }

        bool byCode = task.Prompt.Verbalizer == Verbalizer.Code;
        IReadOnlyList<LabelCode> chosen = !byCode ? []
            : codes is null ? LabelCodeSelector.Select(task, tokenizer)
            : LabelCodeSelector.Check(task, tokenizer, codes);
        var answers = new int[task.Labels.Count][];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = byCode ? [chosen[i].TokenId] : [.. tokenizer.Encode(" " + task.Labels[i].Name), tokenizer.EosTokenId];
        }

        LabelTrie trie = BuildTrie(task, answers);
        int[] instruction = tokenizer.Encode(RenderPrefix(task, chosen));
        int[] prefix = tokenizer.AddBos && tokenizer.BosTokenId is { } bos ? [bos, .. instruction] : instruction;
        return new ClassificationPrompt(task, tokenizer, chosen, trie, prefix, tokenizer.Encode(AnswerCue));
    }

    /// <summary>
    /// The tokens of a text and the answer cue after it. White space around the text is not part of it, and the text of control tokens
    /// is only text.
    /// </summary>
    /// <exception cref="ArgumentException">The text is empty or white space.</exception>
    public int[] EncodeText(string text) => EncodeText(text, int.MaxValue, out _);

    /// <summary>The tokens of a text, cut at its end where needed, and the answer cue, which is never cut.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxTokens">Most tokens to return, the cue included.</param>
    /// <param name="truncated">Whether the text was cut.</param>
    /// <exception cref="ArgumentException">The text is empty, or <paramref name="maxTokens"/> leaves no room for any of it.</exception>
    public int[] EncodeText(string text, int maxTokens, out bool truncated)
    {
        ArgumentNullException.ThrowIfNull(text);
        string content = text.Trim();
        if (content.Length == 0)
        {
            throw new ArgumentException("the text is empty", nameof(text));
        }

        int room = maxTokens - _answerCue.Length;
        if (room < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxTokens), maxTokens, $"the answer cue alone has {_answerCue.Length} tokens");
        }

        int[] tokens = _tokenizer.Encode(" " + content);
        truncated = tokens.Length > room;
        return [.. tokens.AsSpan(0, Math.Min(tokens.Length, room)), .. _answerCue];
    }

    /// <summary>The tokens that the trainer supervises for a label: its code, or its name and end-of-sequence.</summary>
    public int[] AnswerTokens(int labelIndex) => Labels.GetTokens(labelIndex).ToArray();

    private static string RenderPrefix(TaskDefinition task, IReadOnlyList<LabelCode> codes)
    {
        var text = new StringBuilder(task.Instruction.Trim());
        if (task.Prompt.LabelsInPrompt)
        {
            text.Append("\n\nLabels:");
            for (int i = 0; i < task.Labels.Count; i++)
            {
                LabelDefinition label = task.Labels[i];
                text.Append("\n-").Append(codes.Count > 0 ? codes[i].TokenText + " =" : "").Append(' ').Append(label.Name);
                if (!string.IsNullOrWhiteSpace(label.Description))
                {
                    text.Append(": ").Append(label.Description.Trim());
                }
            }
        }

        return text.Append(TextCue).ToString();
    }

    private static LabelTrie BuildTrie(TaskDefinition task, int[][] answers)
    {
        // A tokenizer that normalises its input can map two names to one sequence; such labels could never be told apart.
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < answers.Length; i++)
        {
            string key = string.Join(',', answers[i]);
            if (!seen.TryAdd(key, i))
            {
                throw new TaskDefinitionException(
                    $"labels '{task.Labels[seen[key]].Name}' and '{task.Labels[i].Name}' become the same tokens; rename one or use the verbalizer 'code'",
                    task.Name,
                    $"labels[{i}]");
            }
        }

        return new LabelTrie(answers);
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, _prefix);
        Append(hash, _answerCue);
        for (int i = 0; i < Labels.LabelCount; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(Task.Labels[i].Name);
            Append(hash, [name.Length]);
            hash.AppendData(name);
            Append(hash, Labels.GetTokens(i));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<int> tokens)
    {
        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, tokens.Length);
        hash.AppendData(bytes);
        foreach (int token in tokens)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes, token);
            hash.AppendData(bytes);
        }
    }
}
