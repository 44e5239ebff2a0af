namespace SlmEdge.Tasks.Constraints;

/// <summary>
/// Counts the tokens that a text takes at least. Texts that are asked for one after the other mostly end alike, and the cost of an ending
/// does not depend on what stands in front of it, so that of the last text is kept. Not safe for several threads.
/// </summary>
internal sealed class SpellingCost(TokenTrie tokens)
{
    private byte[] _last = [];
    private int[] _fewest = [0];

    /// <summary>The fewest tokens that spell a text; <see cref="int.MaxValue"/> where they cannot.</summary>
    public int Count(byte[] text)
    {
        if (_fewest.Length <= text.Length)
        {
            Array.Resize(ref _fewest, Math.Max(text.Length + 1, 2 * _fewest.Length));
        }

        int known = 0;
        while (known < Math.Min(text.Length, _last.Length) && text[^(known + 1)] == _last[^(known + 1)])
        {
            known++;
        }

        for (int length = known + 1; length <= text.Length; length++)
        {
            _fewest[length] = tokens.Fewest(text.AsSpan(text.Length - length), _fewest);
        }

        _last = text;
        return _fewest[text.Length];
    }
}
