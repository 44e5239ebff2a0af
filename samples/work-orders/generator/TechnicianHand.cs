using System.Text;

namespace SlmEdge.Samples.WorkOrders;

/// <summary>Turns a clean line into one as typed on a greasy keyboard: abbreviated, misspelt, in any case.</summary>
public sealed class TechnicianHand(Vocabulary vocabulary, Dice dice)
{
    /// <summary>Rewrites the words of a line; never adds or removes the name of a part.</summary>
    public string Write(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Word(words[i]);
        }

        if (dice.Chance(18))
        {
            var candidates = Enumerable.Range(0, words.Length).Where(i => words[i].Length > 4 && words[i].All(char.IsAsciiLetter)).ToArray();
            if (candidates.Length > 0)
            {
                var i = dice.Pick(candidates);
                words[i] = SlipOfTheFinger(words[i]);
            }
        }

        return Case(string.Join(' ', words));
    }

    private string Word(string word)
    {
        if (dice.Chance(30) && vocabulary.Expansions.TryGetValue(word, out var full))
        {
            word = full;
        }
        else if (dice.Chance(30) && vocabulary.Abbreviations.TryGetValue(word, out var brief))
        {
            return brief;
        }

        return dice.Chance(12) && vocabulary.Misspellings.TryGetValue(word, out var wrong) ? dice.Pick(wrong) : word;
    }

    private string SlipOfTheFinger(string word)
    {
        // The first letter stays: slips inside the word are what people leave standing.
        var at = 1 + dice.Below(word.Length - 2);
        var builder = new StringBuilder(word);
        switch (dice.Below(3))
        {
            case 0:
                (builder[at], builder[at + 1]) = (builder[at + 1], builder[at]);
                break;
            case 1:
                builder.Remove(at, 1);
                break;
            default:
                builder.Insert(at, word[at]);
                break;
        }

        return builder.ToString();
    }

    private string Case(string line) => dice.Below(10) switch
    {
        < 3 => line.ToUpperInvariant().Replace("°c", "°C", StringComparison.Ordinal),
        < 5 => char.ToUpperInvariant(line[0]) + line[1..],
        5 => MixedCase(line),
        _ => line,
    };

    private string MixedCase(string line)
    {
        var words = line.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = dice.Below(3) switch
            {
                0 => words[i].ToUpperInvariant(),
                1 when words[i].Length > 0 => char.ToUpperInvariant(words[i][0]) + words[i][1..],
                _ => words[i],
            };
        }

        return string.Join(' ', words);
    }
}
