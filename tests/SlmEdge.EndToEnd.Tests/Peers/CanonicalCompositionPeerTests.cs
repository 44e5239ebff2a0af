using System.Text;
using System.Text.Json;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Tasks.Data;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>Normalisation form C against two other implementations: ICU in Node, and Python's unicodedata.</summary>
public sealed class CanonicalCompositionPeerTests
{
    [SkippableFact]
    public void Every_character_and_random_runs_of_marks_compose_as_in_ICU()
    {
        string[] texts = [.. Characters(), .. RandomRuns()];
        var theirs = NodeScript.Run<string[]>("normalize.mjs", "@huggingface/tokenizers", JsonSerializer.Serialize(texts));
        Differences(texts, theirs).ShouldBeEmpty();
    }

    [SkippableFact]
    public void Every_character_and_random_runs_of_marks_compose_as_in_Python()
    {
        // Python knows an older Unicode; characters that it does not have yet are left out.
        string[] texts = [.. Characters(), .. RandomRuns()];
        var theirs = PythonScript.Run<string?[]>("normalize.py", "unicodedata", "python3", JsonSerializer.Serialize(texts));
        theirs.Count(text => text is not null).ShouldBeGreaterThan(150_000);
        Differences(texts, theirs).ShouldBeEmpty();
    }

    private static List<string> Differences(string[] texts, string?[] theirs)
    {
        theirs.Length.ShouldBe(texts.Length);
        return [.. texts.Where((text, i) => theirs[i] is { } wanted && CanonicalComposition.Compose(text) != wanted).Select(text => JsonSerializer.Serialize(text)).Take(5)];
    }

    private static IEnumerable<string> Characters() =>
        Enumerable.Range(1, 0x2FFFF).Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32);

    private static IEnumerable<string> RandomRuns()
    {
        string[] starters = ["a", "E", "\u01D7", "\u03B9", "\u1FBF", "\u0915", "\u09C7", "\u0B47", "\u1100", "\uAC00", "\u304B", "\u1025", "\u0DD9", "\U000114B9", "\u212B", "=", "\u0F40"];
        string[] marks = ["\u0300", "\u0301", "\u0304", "\u0308", "\u0327", "\u0328", "\u0323", "\u0345", "\u0338", "\u093C", "\u09BE", "\u0B3E", "\u1161", "\u11A8", "\u3099", "\u102E", "\u0DCA", "\U000114BA", "\u0344", "\u0F71", "\u0F72", "\u0334", "\u05B0", "\u0651"];
        var random = new Random(17);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder(starters[random.Next(starters.Length)]);
            for (var j = random.Next(1, 7); j > 0; j--)
            {
                text.Append(random.Next(8) == 0 ? starters[random.Next(starters.Length)] : marks[random.Next(marks.Length)]);
            }

            yield return text.ToString();
        }
    }
}
