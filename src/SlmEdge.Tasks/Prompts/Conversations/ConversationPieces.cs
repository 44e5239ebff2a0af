using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>Tokens of a rendered conversation, put together from control tokens and the text between them.</summary>
internal sealed class ConversationPieces
{
    private readonly ITokenizer _tokenizer;
    private readonly string _text;
    private readonly IReadOnlyList<LearnedSpan> _spans;
    private readonly int[] _cuts;
    private readonly List<int> _tokens = [];
    private readonly List<bool> _supervised = [];

    public ConversationPieces(ITokenizer tokenizer, string text, IReadOnlyList<LearnedSpan> spans, int? promptEnd)
    {
        _tokenizer = tokenizer;
        _text = text;
        _spans = spans;
        _cuts = [.. spans.SelectMany(span => (int[])[span.Start, span.End]).Concat(promptEnd is { } end ? [end] : []).Distinct().Order()];
    }

    public void AddControl(ControlTokenPlace place) => Add([place.Token.Id], place.Start);

    public void AddText(int start, int end, bool stripStart, bool stripEnd)
    {
        while (stripStart && start < end && char.IsWhiteSpace(_text[start]))
        {
            start++;
        }

        while (stripEnd && end > start && char.IsWhiteSpace(_text[end - 1]))
        {
            end--;
        }

        if (start >= end)
        {
            return;
        }

        // What a part adds to the tokens of the text before it; where a token would reach across the cut, the part is encoded by itself.
        int from = start;
        int stretch = start;
        int[] before = [];
        foreach (int cut in _cuts.Where(cut => cut > start && cut < end).Append(end))
        {
            int[] upTo = _tokenizer.Encode(_text[stretch..cut]);
            if (!upTo.AsSpan().StartsWith(before))
            {
                stretch = from;
                before = [];
                upTo = _tokenizer.Encode(_text[stretch..cut]);
            }

            Add(upTo.AsSpan(before.Length), from);
            (before, from) = (upTo, cut);
        }
    }

    public (int[] Tokens, bool[] Supervised) Result() => ([.. _tokens], [.. _supervised]);

    private void Add(ReadOnlySpan<int> tokens, int place)
    {
        bool learned = _spans.Any(span => span.Start <= place && place < span.End);
        _tokens.AddRange(tokens);
        for (int i = 0; i < tokens.Length; i++)
        {
            _supervised.Add(learned);
        }
    }
}
