using SlmEdge.Datasets.Languages;

namespace SlmEdge.Datasets.Tests.Languages;

public sealed class LanguageGuessTests
{
    // What docs/data.md states: spoken commands, many of which name an English film or are two words long.
    [SkippableTheory]
    [InlineData("tr", 0.94)]
    [InlineData("en", 0.96)]
    public void Short_commands_are_told_apart(string language, double atLeast)
    {
        IReadOnlyList<string> texts = Xsid.Texts(language);
        double share = texts.Count(text => LanguageGuess.Of(text) == language) / (double)texts.Count;
        share.ShouldBeGreaterThanOrEqualTo(atLeast, string.Join(" | ", texts.Where(text => LanguageGuess.Of(text) != language).Take(20).Select(text => LanguageGuess.Of(text) + ": " + text)));
    }

    [Theory]
    [InlineData("Die Pumpe ist undicht und muss ersetzt werden.", "de")]
    [InlineData("La pompe fuit et doit être remplacée dans la semaine.", "fr")]
    [InlineData("La bomba tiene una fuga y hay que cambiarla.", "es")]
    [InlineData("La pompa perde e deve essere sostituita con una nuova.", "it")]
    [InlineData("A bomba está com vazamento e não funciona.", "pt")]
    [InlineData("De pomp lekt en moet worden vervangen.", "nl")]
    [InlineData("Pompa cieknie i trzeba ją wymienić, proszę.", "pl")]
    [InlineData("Насос протекает", "und-Cyrl")]
    [InlineData("ポンプが漏れている", "ja")]
    [InlineData("泵漏油", "zh")]
    [InlineData("L/H BUCKET CYL", "und")]
    [InlineData("", "und")]
    public void Sentences_are_told_by_letters_and_small_words(string text, string expected) => LanguageGuess.Of(text).ShouldBe(expected);
}
