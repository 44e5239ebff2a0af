using System.Text;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Tests;

/// <summary>
/// One token for every run of letters, of spaces, and for every other character, and control tokens as a template uses them: enough to see where
/// each token comes from. Runs make tokens reach across the pieces of a template, as real vocabularies do.
/// </summary>
internal sealed class TemplateTokenizer : ITokenizer
{
    public static readonly string[] DefaultControls =
        ["<bos>", "</s>", "<|im_start|>", "<|im_end|>", "<start_of_turn>", "<end_of_turn>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"];

    private readonly string[] _controls;
    private readonly string[] _stripping;
    private readonly List<string> _words = [];

    public TemplateTokenizer(string[]? controls = null, string[]? stripping = null)
    {
        _controls = controls ?? DefaultControls;
        _stripping = stripping ?? [];
    }

    public int VocabularySize => _controls.Length + _words.Count;

    public int? BosTokenId => 0;

    public int EosTokenId => 1;

    public bool AddBos => true;

    public int[] Encode(string text, bool parseSpecial = false)
    {
        var tokens = new List<int>();
        for (int at = 0; at < text.Length;)
        {
            int control = parseSpecial ? Array.FindIndex(_controls, token => text.AsSpan(at).StartsWith(token)) : -1;
            if (control >= 0)
            {
                tokens.Add(control);
                at += _controls[control].Length;
                while (_stripping.Contains(_controls[control]) && at < text.Length && char.IsWhiteSpace(text[at]))
                {
                    at++;
                }

                continue;
            }

            int end = at + 1;
            while (end < text.Length && Class(text[end]) == Class(text[at]) && Class(text[at]) > 0)
            {
                end++;
            }

            tokens.Add(Word(text[at..end]));
            at = end;
        }

        return [.. tokens];
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            text.Append(GetTokenText(token));
        }

        return text.ToString();
    }

    public string GetTokenText(int id) => id < _controls.Length ? _controls[id] : _words[id - _controls.Length];

    public int? FindSingleToken(string text) => Encode(text) is [int only] ? only : null;

    public bool IsControl(int id) => id < _controls.Length;

    private static int Class(char c) => char.IsLetter(c) ? 1 : char.IsWhiteSpace(c) ? 2 : 0;

    private int Word(string word)
    {
        int index = _words.IndexOf(word);
        if (index < 0)
        {
            index = _words.Count;
            _words.Add(word);
        }

        return _controls.Length + index;
    }
}
